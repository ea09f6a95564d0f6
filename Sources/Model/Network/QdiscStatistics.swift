/// What a qdisc has done: the counters that `tc -j -s qdisc show` prints.
public struct QdiscStatistics: Sendable, Hashable, Codable {
  /// The kind, such as `netem`.
  public var kind: String
  /// The handle with its colon, such as `c0de:`.
  public var handle: String
  /// The device, where the list says it; a list of one device does not.
  public var device: String?
  /// The handle of the class that it hangs in; nil at a device's root.
  public var parent: String?
  /// What was sent.
  public var bytes: Int
  public var packets: Int
  /// What was lost, meant or not: netem counts its own losses here too.
  public var drops: Int
  /// How often something had to wait for its turn.
  public var overlimits: Int
  /// What waits now.
  public var backlogBytes: Int
  public var backlogPackets: Int
  /// What the kernel made of the words that it was given, to compare.
  public var options: JSON

  private enum CodingKeys: String, CodingKey {
    case kind, handle, device, parent, bytes, packets, drops, overlimits, options
    case backlogBytes = "backlog_bytes"
    case backlogPackets = "backlog_packets"
  }

  /// Reads the text of `tc -j -s qdisc show`; nil if it is no list.
  ///
  /// What a version of tc leaves out counts as zero, what it adds is passed over, and an element without
  /// a kind is none.
  public static func list(from text: String) -> [QdiscStatistics]? {
    // tc prints nothing at all where there is nothing to show.
    if text.allSatisfy(\.isWhitespace) { return [] }
    guard text.utf8.count <= Limits.outputSize, let elements = JSON(text: text)?.array else {
      return nil
    }
    return elements.compactMap { QdiscStatistics($0) }
  }

  private init?(_ element: JSON) {
    guard let kind = element["kind"]?.string else { return nil }
    self.kind = kind
    handle = element["handle"]?.string ?? ""
    device = element["dev"]?.string
    parent = element["parent"]?.string
    func count(_ key: String) -> Int {
      guard let number = element[key]?.double, number >= 0, number < 9e18 else { return 0 }
      return Int(number)
    }
    bytes = count("bytes")
    packets = count("packets")
    drops = count("drops")
    overlimits = count("overlimits")
    backlogBytes = count("backlog")
    backlogPackets = count("qlen")
    options = element["options"] ?? .null
  }
}
