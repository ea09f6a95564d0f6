/// A probe's samples in compact form: one array for each sample, in the order of `columns`.
public struct ProbeRecord: Sendable, Hashable {
  public var name: String
  public var kind: String
  public var everySeconds: Double
  public var series: Series

  /// Makes the record of a probe.
  public init(name: String, kind: String, everySeconds: Double, series: Series) {
    self.name = name
    self.kind = kind
    self.everySeconds = everySeconds
    self.series = series
  }

  /// The fixed columns, before those of the probe's timings.
  public static let columns = [
    "scheduled_seconds", "outcome", "latency_seconds", "value", "reason",
  ]
}

extension ProbeRecord: Codable {
  private enum CodingKeys: String, CodingKey {
    case name, kind, columns, samples, reasons
    case everySeconds = "every_seconds"
  }

  /// Reads what `encode(to:)` writes.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    name = try container.decode(String.self, forKey: .name)
    kind = try container.decode(String.self, forKey: .kind)
    everySeconds = try container.decode(Double.self, forKey: .everySeconds)
    let reasons = try container.decode([String].self, forKey: .reasons)
    let columns = try container.decode([String].self, forKey: .columns)
    let timingNames = columns.dropFirst(Self.columns.count)
      .map { $0.hasSuffix("_seconds") ? String($0.dropLast(8)) : $0 }
    let samples = try container.decode([CompactSample].self, forKey: .samples).map(\.sample)
    for sample in samples where !(sample.reason.map { reasons.indices.contains($0) } ?? true) {
      throw DecodingError.dataCorruptedError(
        forKey: .samples, in: container, debugDescription: "a sample names an unknown reason")
    }
    series = Series(
      probe: name, samples: samples, reasons: reasons, timingNames: Array(timingNames))
  }

  /// Writes the columns' names once and then a short array for each sample.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(name, forKey: .name)
    try container.encode(kind, forKey: .kind)
    try container.encode(everySeconds, forKey: .everySeconds)
    try container.encode(
      Self.columns + series.timingNames.map { $0 + "_seconds" }, forKey: .columns)
    try container.encode(series.reasons, forKey: .reasons)
    try container.encode(series.samples.map(CompactSample.init), forKey: .samples)
  }
}

/// A sample as an array: `[scheduled, outcome, latency, value, reason, timings…]`.
private struct CompactSample: Codable {
  var sample: Sample

  init(_ sample: Sample) {
    self.sample = sample
  }

  init(from decoder: any Decoder) throws {
    var container = try decoder.unkeyedContainer()
    let scheduled = try container.decode(Double.self)
    let outcome = try container.decode(Sample.Outcome.self)
    let latency = try container.decode(Double.self)
    let value = try container.decodeIfPresent(Double.self)
    let reason = try container.decodeIfPresent(Int.self)
    var timings: [Float] = []
    while !container.isAtEnd {
      timings.append(try container.decodeIfPresent(Float.self) ?? .nan)
    }
    sample = Sample(
      scheduled: scheduled, outcome: outcome, latency: latency, value: value, reason: reason,
      timings: timings)
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.unkeyedContainer()
    // Microseconds are more than any probe can measure, and keep a record short.
    try container.encode((sample.scheduled * 1e6).rounded() / 1e6)
    try container.encode(sample.outcome)
    try container.encode((sample.latency * 1e6).rounded() / 1e6)
    if let value = sample.value { try container.encode(value) } else { try container.encodeNil() }
    if let reason = sample.reason {
      try container.encode(reason)
    } else {
      try container.encodeNil()
    }
    for timing in sample.timings {
      if timing.isNaN {
        try container.encodeNil()
      } else {
        try container.encode((Double(timing) * 1e6).rounded() / 1e6)
      }
    }
  }
}
