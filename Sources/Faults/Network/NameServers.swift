internal import Model

/// The name servers that the programs of a network ask, by its resolv.conf(5).
struct NameServers {
  let host: any Host

  /// Those of a network namespace; nil is the agent's own.
  func all(in namespace: NetworkNamespace?) throws(Refusal) -> [IPEndpoint] {
    let (path, text) = try configuration(of: namespace)
    let found = text.split(separator: "\n").compactMap { line -> IPEndpoint? in
      let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
      guard words.count > 1, words[0] == "nameserver", let address = IPAddress(text: words[1])
      else { return nil }
      return IPEndpoint(address, port: 53)
    }
    guard !found.isEmpty else {
      throw Refusal("\(path) names no name server", cure: "name them with 'servers:'")
    }
    return found
  }

  private func configuration(
    of namespace: NetworkNamespace?
  ) throws(Refusal) -> (path: String, text: String) {
    var reason = ""
    for path in paths(of: namespace) {
      do throws(HostError) {
        return (path, try host.contents(of: path))
      } catch {
        reason = error.message
      }
    }
    throw Refusal(reason, cure: "name the servers with 'servers:'")
  }

  /// Where programs of a namespace find it: behind a name, by the convention of ip-netns(8); of a process,
  /// in the process's own root, which is a container's.
  private func paths(of namespace: NetworkNamespace?) -> [String] {
    let usual = "/etc/resolv.conf"
    guard let parts = namespace?.path.split(separator: "/"), let name = parts.last else {
      return [usual]
    }
    if parts.first == "proc", parts.count > 1 { return ["/proc/\(parts[1])/root\(usual)"] }
    return ["/etc/netns/\(name)/resolv.conf", usual]
  }
}
