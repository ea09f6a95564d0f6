internal import Model

extension [ProtectedConnection] {
  /// What a user is told of those that a fault spares although the author names their peer and port: who
  /// sees it do nothing must not have to find that out.
  ///
  /// - Returns: A sentence without an end for each process and server, of the first three of these.
  func remarks(on selected: [Conversation]) -> [String] {
    var seen: Set<Conversation> = []
    // A socket that several processes have open is one connection, of the first of them.
    let named = filter { one in
      selected.contains(where: one.isNamed) && seen.insert(one.connection.alone).inserted
    }
    var remarks: [(remark: ProtectionRemark, count: Int)] = []
    for remark in named.map(ProtectionRemark.init) {
      if let place = remarks.firstIndex(where: { $0.remark == remark }) {
        remarks[place].count += 1
      } else {
        remarks.append((remark, 1))
      }
    }
    let shown = remarks.prefix(3).map { $0.remark.sentence(count: $0.count) }
    let more = remarks.count - shown.count
    return more > 0 ? shown + ["so are those of \(more) more; see allow-protected"] : shown
  }
}

/// What is said of connections that have all of this in common.
private struct ProtectionRemark: Equatable {
  let owner: String
  let place: String
  let isWithItsLike: Bool

  init(_ one: ProtectedConnection) {
    let name = one.owner.facts.programName.limited
    // Of what is started with each run the id is another each time, and two plans would differ by it.
    owner = one.owner.isOfRun ? name : "\(name) (\(one.connection.process))"
    place =
      one.connection.isAccepted
      ? "from \(one.connection.remote.address) to port \(one.connection.local.port)"
      : "to \(one.connection.remote.address) port \(one.connection.remote.port)"
    isWithItsLike = one.isWithItsLike
  }

  func sentence(count: Int) -> String {
    let subject = count == 1 ? "the connection of" : "\(count) connections of"
    let verb = count == 1 ? "is" : "are"
    let others = isWithItsLike ? ", with every other one \(place)" : ""
    return "\(subject) \(owner) \(place) \(verb) spared\(others); see allow-protected"
  }
}

extension ProtectedConnection {
  /// Whether an author who selects a conversation names this connection's peer and port.
  fileprivate func isNamed(by selected: Conversation) -> Bool {
    let namesPort = !selected.remotePorts.isEmpty || !selected.localPorts.isEmpty
    return namesPort && selected.remote.contains(AddressRange(connection.remote.address))
      && selected.overlaps(connection.alone)
  }
}
