public import Model

/// Who is separated from whom when a cluster falls apart; after jepsen.nemesis.
public enum PartitionShape: String, FieldChoice {
  /// A majority that see each other, and a minority that see each other.
  case majority
  /// Two halves; of an odd number one has one more.
  case half
  /// One host alone, and the rest.
  case one
  /// Two halves, and one host that sees both.
  case bridge
  /// Every host sees a majority, and no two see the same one.
  case ring

  public static var placeholder: PartitionShape { .majority }

  /// For each host, whom it can't reach any more; the seed picks who is where.
  ///
  /// It is symmetric.
  func separation(of hosts: [String], seed: UInt64) throws(Refusal) -> [String: [String]] {
    guard Set(hosts).count >= least else {
      throw Refusal(
        "the shape '\(rawValue)' needs \(least) hosts at least, not \(Set(hosts).count)",
        cure: "list them in 'host:'")
    }
    let order = Self.shuffled(Set(hosts).sorted(), seed: seed)
    let groups: [[String]]
    switch self {
    case .majority: groups = Self.split(order, first: order.count / 2 + 1)
    case .half: groups = Self.split(order, first: order.count / 2)
    case .one: groups = Self.split(order, first: 1)
    case .bridge: groups = Self.split(Array(order.dropFirst()), first: (order.count - 1) / 2)
    case .ring: return Self.ring(order)
    }
    var grudges = Dictionary(uniqueKeysWithValues: order.map { ($0, [String]()) })
    for (index, group) in groups.enumerated() {
      for host in group { grudges[host] = groups[1 - index].sorted() }
    }
    return grudges
  }

  /// With fewer hosts nobody would be separated from anybody.
  private var least: Int {
    switch self {
    case .half, .one: 2
    case .majority, .bridge: 3
    // Of three, each with both neighbours sees everybody.
    case .ring: 4
    }
  }

  private static func split(_ hosts: [String], first count: Int) -> [[String]] {
    [Array(hosts.prefix(count)), Array(hosts.dropFirst(count))]
  }

  /// On a circle, each host sees its nearest neighbours on both sides, so many that with itself they
  /// are a majority; since nearness is mutual, so is seeing.
  ///
  /// Where a majority is an even number, one more is needed, and that is who stands opposite. An odd number
  /// of hosts has no opposites, and can't be paired at all: there each sees one more than a majority.
  private static func ring(_ hosts: [String]) -> [String: [String]] {
    let majority = hosts.count / 2 + 1
    let hasOpposites = hosts.count.isMultiple(of: 2)
    let reach = hasOpposites ? (majority - 1) / 2 : majority / 2
    let seesOpposite = hasOpposites && majority.isMultiple(of: 2)
    var grudges: [String: [String]] = [:]
    for (index, host) in hosts.enumerated() {
      grudges[host] = hosts.indices.filter { other in
        let way = abs(index - other)
        let distance = min(way, hosts.count - way)
        return distance > reach && !(seesOpposite && 2 * distance == hosts.count)
      }.map { hosts[$0] }.sorted()
    }
    return grudges
  }

  /// Fisher and Yates; the order for a seed is the same in every version, since plans name it.
  private static func shuffled(_ hosts: [String], seed: UInt64) -> [String] {
    var hosts = hosts
    var random = SplitMix(seed: seed)
    for index in hosts.indices.dropFirst().reversed() {
      hosts.swapAt(index, Int(random.next() % UInt64(index + 1)))
    }
    return hosts
  }
}
