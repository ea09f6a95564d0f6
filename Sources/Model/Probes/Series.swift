/// One observation in a run's time: when it was due, and what it saw.
public struct Sample: Sendable, Hashable {
  /// What became of the tick.
  public enum Outcome: String, Sendable, Codable {
    case success
    case failure
    case noData = "no_data"
    /// We did not start it in time; never the system's failure.
    case missed
  }

  /// When it was scheduled, in seconds since the run began; this decides its phase and window.
  public var scheduled: Double
  public var outcome: Outcome
  /// In seconds.
  public var latency: Double
  public var value: Double?
  /// An index into the series' reasons.
  public var reason: Int?
  /// Parts of the latency in the order of the series' `timingNames`; NaN where it was not reached.
  public var timings: [Float]

  /// Makes a sample.
  public init(
    scheduled: Double, outcome: Outcome, latency: Double = 0, value: Double? = nil,
    reason: Int? = nil, timings: [Float] = []
  ) {
    self.scheduled = scheduled
    self.outcome = outcome
    self.latency = latency
    self.value = value
    self.reason = reason
    self.timings = timings
  }
}

/// All samples of one probe in one run, in the order in which they arrived.
public struct Series: Sendable, Hashable {
  public var probe: String
  public private(set) var samples: [Sample] = []
  /// The distinct reasons of failures and missing data; a sample refers to them by index.
  public private(set) var reasons: [String] = []
  public private(set) var timingNames: [String] = []

  /// More distinct reasons than this are counted under one.
  public static let reasonLimit = 64

  /// Makes an empty series.
  public init(probe: String) {
    self.probe = probe
  }

  /// Makes a series from a record.
  public init(probe: String, samples: [Sample], reasons: [String], timingNames: [String]) {
    self.probe = probe
    self.samples = samples
    self.reasons = reasons
    self.timingNames = timingNames
  }

  /// Adds what an observation saw.
  public mutating func append(_ observation: Observation, scheduled: Double) {
    if observation.timings.keys.contains(where: { !timingNames.contains($0) }) {
      learnTimings(of: observation)
    }
    let outcome: Sample.Outcome =
      switch observation.outcome {
      case .success: .success
      case .failure: .failure
      case .noData: .noData
      }
    // A series without parts needs no array of its own for each sample.
    let timings =
      observation.timings.isEmpty
      ? [] : timingNames.map { Float(observation.timings[$0] ?? .nan) }
    samples.append(
      Sample(
        scheduled: scheduled, outcome: outcome, latency: observation.latency,
        value: observation.value, reason: observation.reason.map { index(of: $0) },
        timings: timings))
  }

  /// Makes room for parts that no earlier sample reached, such as the first byte after failures.
  private mutating func learnTimings(of observation: Observation) {
    let new = observation.timings.keys.filter { !timingNames.contains($0) }.sorted()
    timingNames += new
    for index in samples.indices where !samples[index].timings.isEmpty {
      samples[index].timings += new.map { _ in .nan }
    }
  }

  /// Adds a tick that was not started.
  public mutating func appendMissed(scheduled: Double, reason: String) {
    samples.append(Sample(scheduled: scheduled, outcome: .missed, reason: index(of: reason)))
  }

  private mutating func index(of reason: String) -> Int {
    if let known = reasons.firstIndex(of: reason) { return known }
    if reasons.count >= Self.reasonLimit {
      let other = "other reasons"
      if reasons.last != other { reasons.append(other) }
      return reasons.count - 1
    }
    reasons.append(reason)
    return reasons.count - 1
  }

  /// How many samples were scheduled in a window.
  public func count(in window: Window) -> Int {
    samples.count { window.contains($0.scheduled) }
  }

  /// The samples that were scheduled in a window.
  public func samples(in window: Window) -> [Sample] {
    samples.filter { window.contains($0.scheduled) }
  }
}

/// A stretch of a run: from its start up to, and without, its end; in seconds since the run began.
public struct Window: Sendable, Hashable, Codable {
  public var start: Double
  public var end: Double

  /// Makes a window.
  public init(start: Double, end: Double) {
    self.start = start
    self.end = end
  }

  /// The window's length in seconds; never negative.
  public var length: Double { max(0, end - start) }

  /// Whether a time lies in the window.
  public func contains(_ time: Double) -> Bool { time >= start && time < end }
}
