/// Delays are written in seconds, as all durations of plans and records.
extension Shaping.Delay: Codable {
  private enum CodingKeys: String, CodingKey {
    case correlation, distribution
    case mean = "mean_seconds"
    case jitter = "jitter_seconds"
  }

  /// Reads a delay.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    guard let mean = try container.decodeSeconds(forKey: .mean) else {
      throw DecodingError.keyNotFound(
        CodingKeys.mean, .init(codingPath: container.codingPath, debugDescription: "no delay"))
    }
    self.init(
      mean, jitter: try container.decodeSeconds(forKey: .jitter) ?? .zero,
      correlation: try container.decodeIfPresent(Percentage.self, forKey: .correlation) ?? .none,
      distribution: try container.decodeIfPresent(
        Shaping.Distribution.self, forKey: .distribution) ?? .uniform)
  }

  /// Writes the delay.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(seconds: mean, forKey: .mean)
    try container.encode(seconds: jitter, forKey: .jitter)
    try container.encode(correlation, forKey: .correlation)
    try container.encode(distribution, forKey: .distribution)
  }
}

extension Shaping.Bandwidth.Queue: Codable {
  private enum CodingKeys: String, CodingKey {
    case latency = "latency_seconds"
    case bytes
  }

  /// Reads a queue.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    if let latency = try container.decodeSeconds(forKey: .latency) {
      self = .latency(latency)
    } else {
      self = .bytes(try container.decode(Int.self, forKey: .bytes))
    }
  }

  /// Writes the queue.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    switch self {
    case .latency(let latency): try container.encode(seconds: latency, forKey: .latency)
    case .bytes(let bytes): try container.encode(bytes, forKey: .bytes)
    }
  }
}
