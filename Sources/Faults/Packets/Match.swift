internal import Model

/// On which way a packet passes a rule, seen from this host.
enum Side: String {
  case out
  case `in`

  /// The ways that a direction means.
  static func all(of direction: TrafficDirection) -> [Side] {
    switch direction {
    case .out: [.out]
    case .in: [.in]
    case .both: [.out, .in]
    }
  }

  /// The name of a packet's interface on this way, for nft(8).
  var interfaceField: String { self == .out ? "oifname" : "iifname" }

  /// The words for packets at any of some interfaces.
  func words(at interfaces: [String]) -> String {
    let names = interfaces.map { "\"\($0)\"" }.joined(separator: ", ")
    return "\(interfaceField) \(interfaces.count == 1 ? names : "{ \(names) }")"
  }
}

/// The part of a rule that says which packets it is about, in the words of nft(8).
struct Match {
  var words: [String]

  /// The rule's text with what is done to its packets.
  func rule(_ statement: String...) -> String {
    (words + statement).filter { !$0.isEmpty }.joined(separator: " ")
  }

  /// This match, narrowed.
  func and(_ more: [String]) -> Match { Match(words: words + more) }
}

extension Conversation {
  /// The packets of the conversation that go one way: a match for each family of addresses, or one
  /// where no address matters.
  func matches(_ side: Side) -> [Match] {
    let families = Set((remote.isEmpty ? local : remote).map(\.family))
    guard !families.isEmpty else { return [Match(words: protocolWords(side))] }
    return IPAddress.Family.allCases.filter(families.contains).compactMap { family in
      guard let addresses = addressWords(side, family) else { return nil }
      return Match(words: addresses + protocolWords(side))
    }
  }

  /// The addresses of one family; nil where one end has none of it.
  private func addressWords(_ side: Side, _ family: IPAddress.Family) -> [String]? {
    let name = family == .v4 ? "ip" : "ip6"
    let ends = [
      (side == .out ? "saddr" : "daddr", local), (side == .out ? "daddr" : "saddr", remote),
    ]
    var words: [String] = []
    for (field, ranges) in ends where !ranges.isEmpty {
      let own = ranges.filter { $0.family == family }
      if own.isEmpty { return nil }
      words.append("\(name) \(field) \(Self.set(own.map(\.text)))")
    }
    return words
  }

  private func protocolWords(_ side: Side) -> [String] {
    var words: [String] = []
    let hasPorts = !remotePorts.isEmpty || !localPorts.isEmpty
    if let transport {
      words.append("meta l4proto \(transport == .icmpv6 ? "ipv6-icmp" : transport.rawValue)")
    } else if hasPorts {
      words.append("meta l4proto { tcp, udp, sctp }")
    }
    let ends = [
      (side == .out ? "sport" : "dport", localPorts),
      (side == .out ? "dport" : "sport", remotePorts),
    ]
    for (field, ranges) in ends where !ranges.isEmpty {
      words.append("th \(field) \(Self.set(ranges.map(\.text)))")
    }
    return words
  }

  /// One element, or a set of several.
  private static func set(_ elements: [String]) -> String {
    elements.count == 1 ? elements[0] : "{ \(elements.joined(separator: ", ")) }"
  }
}

extension Traffic {
  /// What is never hit: the author's exceptions, and the connections that must go on.
  func spared(_ side: Side) -> [Match] {
    (protected + exceptions).flatMap { $0.matches(side) }
  }

  /// The words for whose sockets send a packet.
  var ownerWords: [String] {
    switch owner {
    case .user(let id)?: ["meta skuid \(id)"]
    case .cgroup(let path, let level)?: ["socket cgroupv2 level \(level) \"\(path)\""]
    case nil: []
    }
  }

  /// The words for a share of the packets, or of the connections; `seed` tells the shares of faults on
  /// the same connections apart.
  func shareWords(seed: Int) -> [String] {
    guard let share else { return [] }
    switch share.unit {
    case .packets: return Self.chanceWords(share.fraction)
    case .connections:
      return Self.chanceWords(share.fraction, of: "jhash ct id", seed: " seed \(seed + 1)")
    }
  }

  /// The words for a chance; none where everything is meant, which is no number for nft(8).
  static func chanceWords(
    _ fraction: Double, of number: String = "numgen random", seed: String = ""
  ) -> [String] {
    let part = Share.part(of: fraction)
    guard part < Share.whole else { return [] }
    return ["\(number) mod \(Share.whole)\(seed) < \(part)"]
  }
}
