public import Model

/// Separates this host from others, or groups of hosts from each other.
///
/// On several hosts at once, `shape` says who is separated from whom; the shapes are Jepsen's
/// (jepsen.nemesis: bisect, split-one, bridge, majorities-ring).
public struct NetworkPartition: PacketFault {
  public static let name = "network.partition"
  public static let summary = "Separate hosts: drop what goes between them, both ways"
  public static let tools = ["nft"]
  public static let examples = [
    Example(
      "The application can't reach the database, nor the database the application",
      """
      - name: lose the database
        fault: network.partition
        traffic: {to: 10.0.0.2, port: 5432}
        for: 30s
      """),
    Example(
      "Only one direction is lost: requests arrive, answers do not",
      """
      - name: answers are lost
        fault: network.partition
        traffic: {from: 10.0.0.0/24, direction: out}
        for: 30s
      """),
    Example(
      "Split a cluster of three into two that see each other, and one that sees nobody",
      """
      - name: split the cluster
        fault: network.partition
        host: [n1, n2, n3]
        with: {shape: majority}
        for: 1m
      """),
  ]

  let shape: PartitionShape?

  /// Declares and reads `shape`.
  public init(_ fields: inout Fields) {
    shape = fields.optional(
      "shape", "over the hosts of the step: majority, half, one, bridge or ring")
  }

  public func usualDirection(of selector: TrafficSelector) -> TrafficDirection { .both }

  public func objections(to selector: TrafficSelector) -> [TrafficObjection] {
    guard shape != nil else { return [] }
    return selector.namedPeers.map { field in
      TrafficObjection(
        to: field, "the shape says who is separated from whom, and so does '\(field)'",
        cure: "leave one of them out; 'port' and 'protocol' go with a shape")
    }
  }

  public var needsTraffic: Bool { shape == nil }
  public var treatment: Treatment { .drop }
  public var request: String { "drop every packet" }

  public func separation(
    of hosts: [String], seed: UInt64
  ) throws(Refusal) -> [String: [String]]? {
    guard let shape else { return nil }
    return try shape.separation(of: hosts, seed: seed)
  }
}
