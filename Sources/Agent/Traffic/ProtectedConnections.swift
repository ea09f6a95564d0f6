internal import Model

/// The connections that a network fault must not cut: those by which the user is logged in, and those
/// over which agents are reached.
struct ProtectedConnections {
  let host: any Host
  let own: Int32
  /// Programs whose connections may be cut, because the author says so.
  let allowed: Set<String>

  /// The TCP connections of those who started this agent, and of what its runner has started beside it,
  /// such as the ssh to another host's agent.
  func all() throws(Refusal) -> [Conversation] {
    var pids = Selection.lineage(of: own, on: host)
    pids.remove(1)
    let runner = host.process(own)?.parent
    let all: [ProcessFacts]
    do throws(HostError) {
      all = try host.processes()
    } catch {
      throw Refusal(error.message)
    }
    for process in all where process.parent == runner && runner != 1 {
      pids.insert(process.identity.pid)
    }
    let spared = all.filter { pids.contains($0.identity.pid) && !isAllowed($0) }
    do throws(HostError) {
      let found = try host.connections(of: Set(spared.map(\.identity.pid)))
      return Set(found).sorted { ($0.remote, $0.localPorts) < ($1.remote, $1.localPorts) }
    } catch {
      throw Refusal(error.message)
    }
  }

  private func isAllowed(_ process: ProcessFacts) -> Bool {
    let title = process.commandLine.first.map { $0.prefix { $0 != " " && $0 != ":" } } ?? ""
    return allowed.contains(process.programName) || allowed.contains(String(title))
  }
}

private func < (
  left: ([AddressRange], [PortRange]), right: ([AddressRange], [PortRange])
) -> Bool {
  if left.0 != right.0 { return left.0.lexicographicallyPrecedes(right.0) }
  return left.1.lexicographicallyPrecedes(right.1)
}
