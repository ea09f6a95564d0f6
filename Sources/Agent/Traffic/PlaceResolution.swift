internal import Model

/// Finds the network namespace that an author names.
struct PlaceResolution {
  let host: any Host

  func namespace(of place: TrafficPlace) throws(Refusal) -> NetworkNamespace {
    do throws(HostError) {
      if let name = place.namespace {
        return try host.networkNamespace(at: name.hasPrefix("/") ? name : "/run/netns/\(name)")
      }
      if let container = place.container {
        return try host.networkNamespace(at: "/proc/\(try process(ofContainer: container))/ns/net")
      }
      return try host.networkNamespace(at: "/proc/\(place.pid ?? 0)/ns/net")
    } catch {
      throw Refusal("\(place.shown): \(error.message)", cure: cure(for: place))
    }
  }

  private func cure(for place: TrafficPlace) -> String {
    if place.namespace != nil { return "'ip netns list' shows those that have a name" }
    if place.container != nil { return "'podman ps' or 'docker ps' shows those that run" }
    return "name a process that runs, and run the agent as root"
  }

  /// The first process of a container, as its engine tells it.
  private func process(ofContainer name: String) throws(HostError) -> Int32 {
    guard name.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }), !name.hasPrefix("-") else {
      throw HostError("'\(name.limited)' is no container's name")
    }
    var reasons: [String] = []
    for engine in ["podman", "docker"] {
      let result = host.check(
        Command(argv: [
          engine, "inspect", "--type", "container", "--format", "{{.State.Pid}}", name,
        ]))
      if let pid = result.output.split(whereSeparator: \.isWhitespace).first.flatMap({ Int32($0) }),
        result.isSuccess
      {
        if pid > 0 { return pid }
        reasons.append("\(engine): it is not running")
      } else if case .notStarted = result.ending {
        reasons.append("\(engine) is not installed")
      } else {
        reasons.append("\(engine): \(result.summary), \(result.errors.limited)")
      }
    }
    throw HostError(reasons.joined(separator: "; "))
  }
}
