/// What frames of our own took to pass the queue of a device, against what was asked.
public struct DelayMeasurement: Sendable, Hashable, Codable {
  /// The device.
  public var link: String
  /// How many frames were sent.
  public var sent = 0
  /// What each that came out took, in seconds; the queue may lose some.
  public private(set) var seconds: [Double] = []

  /// A measurement that has not begun.
  public init(link: String) {
    self.link = link
  }

  /// Notes what one frame took.
  public mutating func note(_ delay: Duration) {
    seconds.append(delay.seconds)
  }

  /// The median; nil if none came out.
  public var median: Duration? {
    guard !seconds.isEmpty else { return nil }
    let sorted = seconds.sorted()
    let middle = sorted.count / 2
    let median =
      sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    return .seconds(median)
  }

  /// The longest; nil if none came out.
  public var most: Duration? { seconds.max().map { .seconds($0) } }
}
