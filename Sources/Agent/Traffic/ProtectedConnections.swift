internal import Model

/// A connection that a network fault must not cut, and whose it is.
struct ProtectedConnection {
  let owner: ProtectedProcess
  let connection: EstablishedConnection

  /// Whether others between the same two, to the same port of the server, are let through with it.
  ///
  /// SSH has to get through anew when it is lost, and so has who reaches an agent: from which port it
  /// will do so, nobody knows. The same holds for whoever is served by a program that started the
  /// agent, such as a terminal in a browser. Every other connection is one of many that its program may
  /// have, to a server that the fault may well be about.
  var isWithItsLike: Bool { owner.reconnects || connection.isAccepted }

  /// The packets that are let through for it.
  var conversation: Conversation {
    isWithItsLike ? connection.withItsLike : connection.alone
  }
}

/// The connections that a network fault must not cut: those by which the user is logged in, and those
/// over which agents are reached.
struct ProtectedConnections {
  let host: any Host
  let own: Int32
  /// Programs whose connections may be cut, because the author says so.
  let allowed: Set<String>

  /// The established TCP connections of those who are protected, in order.
  func all() throws(Refusal) -> [ProtectedConnection] {
    do throws(HostError) {
      let processes = ProtectedProcesses(of: own, among: try host.processes()).found
        .filter { !SecureShell.isAllowed($0.facts, by: allowed) }
      let owners = Dictionary(processes.map { ($0.facts.identity.pid, $0) }) { first, _ in first }
      return try host.connections(of: Set(owners.keys)).compactMap { connection in
        owners[connection.process].map { ProtectedConnection(owner: $0, connection: connection) }
      }.sorted(by: <)
    } catch {
      throw Refusal(error.message)
    }
  }
}

extension [ProtectedConnection] {
  /// The packets that are let through for them, in as few conversations as mean the same and in order, so
  /// that the plans of a host that has not changed are equal.
  var conversations: [Conversation] {
    let distinct = Set(map(\.conversation))
    let families = Dictionary(grouping: distinct) { conversation in
      var rest = conversation
      rest.localPorts = []
      return rest
    }
    let joined = families.map { rest, members in
      // One that leaves the port open means all the others too.
      members.contains(rest)
        ? rest
        : Conversation(
          remote: rest.remote, remotePorts: rest.remotePorts,
          localPorts: members.flatMap(\.localPorts), transport: rest.transport)
    }
    return Conversation.merged(joined.sorted(by: <))
  }
}

private func < (left: ProtectedConnection, right: ProtectedConnection) -> Bool {
  let (one, other) = (left.connection.process, right.connection.process)
  return one == other ? left.conversation < right.conversation : one < other
}

/// By the other end first.
private func < (left: Conversation, right: Conversation) -> Bool {
  if left.remote != right.remote { return left.remote.lexicographicallyPrecedes(right.remote) }
  if left.remotePorts != right.remotePorts {
    return left.remotePorts.lexicographicallyPrecedes(right.remotePorts)
  }
  return left.localPorts.lexicographicallyPrecedes(right.localPorts)
}
