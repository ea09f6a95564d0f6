extension Shaping {
  /// How many packets netem may hold.
  public struct QueueLimit: Sendable, Hashable {
    public var packets: Int
    /// Whether that holds all that may come; else the kernel's memory is spared, and packets that come
    /// faster are lost.
    public var isEnough: Bool
    /// In bits per second, what may come without any being lost, in packets of the mean size.
    public var fullRate: Int
  }

  /// The mean size of a packet in bytes: seven of 40, four of 576 and one of 1500.
  ///
  /// That is the simple Internet mix of RFC 6985, 1.
  public static let packetSize = 340
  /// What a packet may take of the kernel's memory, in bytes: a buffer of 2 KiB and its descriptor.
  static let packetMemory = 2_304
  /// What all packets of one queue may take of the kernel's memory, in bytes.
  static let queueMemory = 256 << 20
  /// What is assumed to come at most where nobody knows: 10 Gbit/s.
  static let assumedLineRate = 10_000_000_000
  /// What one connection has under way at most with Linux's own settings: tcp_wmem of tcp(7), in bytes.
  static let connectionWindow = 4 << 20

  /// The limit with which the queue drops nothing by itself, in packets.
  ///
  /// netem holds every packet for the length of its delay, and by itself no more than 1000 of them, so
  /// that at 100 ms anything above 27 Mbit/s of mixed packets is silently lost. What is needed is what
  /// comes within the longest delay. A rate holds packets besides, as every slow link does: for them there
  /// is a second's worth, or the window of a connection where that is more.
  public func queueLimit(lineRate: Int? = nil) -> QueueLimit {
    let arriving = Double(max(1, lineRate ?? Self.assumedLineRate))
    let passing = rate.map { min(arriving, Double($0.bitsPerSecond)) } ?? arriving
    var bytes = passing / 8 * (delay?.longest ?? .zero).seconds
    if rate != nil { bytes += max(passing / 8, Double(Self.connectionWindow)) }
    var packets = bytes / Double(Self.packetSize)
    // Every copy takes a place too.
    if let duplication { packets *= 1 + duplication.share.fraction }
    let most = Self.queueMemory / Self.packetMemory
    let needed = Int(min(packets.rounded(.up), 1e12))
    let share = packets > 0 ? min(1, Double(most) / packets) : 1
    return QueueLimit(
      packets: min(most, max(1_000, needed)), isEnough: needed <= most,
      fullRate: Int(passing * share))
  }
}
