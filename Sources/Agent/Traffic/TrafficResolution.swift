internal import Model

/// Looks up what a traffic selector names, once: names, namespaces, users, interfaces, and the
/// connections that must go on.
struct TrafficResolution {
  let host: any Host
  /// This agent.
  let own: Int32
  let allowProtected: Set<String>

  /// The traffic that a selector means.
  ///
  /// - Parameters:
  ///   - usual: the direction where the author names none.
  ///   - peers: whom the fault separates this host from, besides the selector's own.
  func traffic(
    of selector: TrafficSelector, usual: TrafficDirection, peers: [String]
  ) throws(Refusal) -> Traffic {
    let namespace = try self.namespace(of: selector)
    let facts = try network(in: namespace)
    // What arrives has no owner yet.
    let direction = selector.direction ?? (selector.namesOwner ? .out : usual)
    let conversations = try selector.conversations(
      direction, separatedFrom: peers.map { Peer($0) ?? .name($0) }, addresses: addresses)
    guard conversations.contains(where: \.isPossible) else { throw TrafficMeaning.impossible }
    let exceptions = try self.exceptions(of: selector)
    if TrafficMeaning.isNothingLeft(of: conversations, without: exceptions) {
      throw TrafficMeaning.nothingLeft
    }
    let interfaces = try self.interfaces(of: selector, conversations, facts)
    // Those connections are of the agent's own network.
    let protected =
      namespace == nil
      ? try ProtectedConnections(host: host, own: own, allowed: allowProtected).all() : []
    return Traffic(
      namespace: namespace, direction: direction, conversations: conversations,
      interfaces: interfaces, namesInterfaces: !selector.interfaces.isEmpty,
      includesLoopback: includesLoopback(selector, conversations, facts),
      owner: try owner(of: selector),
      share: selector.share.map { Traffic.Share(fraction: $0.fraction, unit: selector.unit) },
      exceptions: exceptions, protected: protected.conversations,
      remarks: protected.remarks(on: conversations))
  }

  private func network(in namespace: NetworkNamespace?) throws(Refusal) -> NetworkFacts {
    do throws(HostError) {
      return try host.network(in: namespace)
    } catch {
      throw Refusal(
        error.message, cure: namespace == nil ? nil : "run the agent as root, or name another place"
      )
    }
  }

  /// The network that an author names; nil where it is the agent's own, whose connections must go on
  /// however it is called.
  private func namespace(of selector: TrafficSelector) throws(Refusal) -> NetworkNamespace? {
    guard let place = selector.inside else { return nil }
    let namespace = try PlaceResolution(host: host).namespace(of: place)
    let own = try? host.networkNamespace(at: "/proc/self/ns/net")
    return own?.inode == namespace.inode ? nil : namespace
  }

  private func exceptions(of selector: TrafficSelector) throws(Refusal) -> [Conversation] {
    var found: [Conversation] = []
    for exception in selector.exceptions {
      found += try exception.conversations(addresses: addresses)
    }
    return Conversation.merged(found)
  }

  // MARK: Names

  /// The addresses of a peer; a name is looked up as any program of the host would: getent(1).
  private func addresses(of peer: Peer) throws(Refusal) -> [AddressRange] {
    switch peer {
    case .addresses(let range): return [range]
    case .name(let name):
      let result = host.check(Command(argv: ["getent", "ahosts", name]))
      if case .notStarted(let reason) = result.ending { throw Refusal("getent: \(reason)") }
      let addresses = result.output.split(separator: "\n").compactMap { line in
        line.split(separator: " ").first.flatMap { IPAddress(text: $0) }
      }
      guard result.isSuccess, !addresses.isEmpty else {
        throw Refusal(
          "the host name '\(name.limited)' does not resolve"
            + (result.ending == .timedOut ? " within 2 s" : ""),
          cure: "write its address, or mend the name service of this host")
      }
      return Set(addresses).sorted().map { AddressRange($0) }
    }
  }

  // MARK: Interfaces

  private func interfaces(
    of selector: TrafficSelector, _ conversations: [Conversation], _ facts: NetworkFacts
  ) throws(Refusal) -> [String] {
    let known = facts.interfaces.map(\.name)
    for name in selector.interfaces where !known.contains(name) {
      throw Refusal(
        "there is no interface '\(name.limited)'"
          + (selector.inside.map { " in \($0.shown)" } ?? ""),
        cure: Suggestion.cure(for: name, among: known.sorted()))
    }
    if !selector.interfaces.isEmpty { return Set(selector.interfaces).sorted() }
    let remotes = conversations.flatMap(\.remote)
    let routed = Set(remotes.flatMap { facts.interfaces(towards: $0) })
    if !remotes.isEmpty { return routed.sorted() }
    let outward = Set(facts.routes.filter { $0.destination.prefix == 0 }.map(\.interface))
    let all = facts.interfaces.filter { !$0.isLoopback }.map(\.name)
    return outward.isEmpty ? all.sorted() : outward.sorted()
  }

  /// What stays within the host is meant only where it is named: by its interface or by an address.
  private func includesLoopback(
    _ selector: TrafficSelector, _ conversations: [Conversation], _ facts: NetworkFacts
  ) -> Bool {
    if !selector.interfaces.isEmpty {
      return facts.interfaces.contains { $0.isLoopback && selector.interfaces.contains($0.name) }
    }
    return conversations.contains { conversation in
      (conversation.remote + conversation.local).contains {
        $0.prefix == $0.family.bits || $0.address.isLoopback
      }
    }
  }

  // MARK: Owners

  private func owner(of selector: TrafficSelector) throws(Refusal) -> Traffic.Owner? {
    if let user = selector.user {
      guard let id = UInt32(user) ?? host.userID(named: user) else {
        throw Refusal("there is no user '\(user.limited)'", cure: "write a name or a number")
      }
      return .user(id)
    }
    let owners = OwnerResolution(host: host, own: own, allowProtected: allowProtected)
    if let cgroup = selector.cgroup { return try owners.cgroup(cgroup) }
    return try selector.processes.map { (processes) throws(Refusal) in
      try owners.cgroup(of: processes)
    }
  }
}
