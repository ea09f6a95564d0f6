/// A rule is one flat object: `fail`, `addresses` or `delay_seconds` says which answer it is.
extension NameRule: Codable {
  private enum CodingKeys: String, CodingKey {
    case pattern, types, share, fail, addresses
    case timeToLive = "time_to_live_seconds"
    case delay = "delay_seconds"
    case jitter = "jitter_seconds"
  }

  /// Reads a rule.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    pattern = try container.decode(NamePattern.self, forKey: .pattern)
    types = try container.decodeIfPresent(Set<NameQueryType>.self, forKey: .types)
    share =
      try container.decodeIfPresent(Percentage.self, forKey: .share) ?? Percentage(fraction: 1)
    if let failure = try container.decodeIfPresent(Failure.self, forKey: .fail) {
      answer = .fail(failure)
    } else if let delay = try container.decodeSeconds(forKey: .delay) {
      answer = .slow(delay: delay, jitter: try container.decodeSeconds(forKey: .jitter) ?? .zero)
    } else {
      let addresses = try container.decode([IPAddress].self, forKey: .addresses)
      guard addresses.count <= Limits.listLength else {
        throw DecodingError.dataCorruptedError(
          forKey: .addresses, in: container, debugDescription: "too many addresses")
      }
      let timeToLive = try container.decodeSeconds(forKey: .timeToLive) ?? .zero
      answer = .address(addresses, timeToLive: timeToLive)
    }
  }

  /// Writes the rule.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(pattern, forKey: .pattern)
    try container.encodeIfPresent(types?.sorted { $0.number < $1.number }, forKey: .types)
    if share.fraction != 1 { try container.encode(share, forKey: .share) }
    switch answer {
    case .fail(let failure):
      try container.encode(failure, forKey: .fail)
    case .address(let addresses, let timeToLive):
      try container.encode(addresses, forKey: .addresses)
      try container.encode(seconds: timeToLive, forKey: .timeToLive)
    case .slow(let delay, let jitter):
      try container.encode(seconds: delay, forKey: .delay)
      try container.encode(seconds: jitter, forKey: .jitter)
    }
  }
}
