public import Model

/// Notices that a probe has not said anything for too long: a run must not go on blind.
///
/// Any answer of the system is data, failures too. Only missing data and missed ticks are silence,
/// and so is nothing at all once the probe's timeout has passed as well.
public struct SilenceWatch: Sendable {
  private let probe: String
  private let limit: Double
  private let patience: Double
  private var lastData: Double
  private var isSilent = false

  /// Starts to watch a probe at a time of the run.
  public init(_ probe: ProbeDeclaration, since start: Double) {
    self.init(
      probe: probe.name.text, every: probe.every, patience: probe.patience, since: start)
  }

  init(probe: String, every: Duration, patience: Duration, since start: Double) {
    self.probe = probe
    limit = Self.limit(every: every).seconds
    self.patience = patience.seconds
    lastData = start
  }

  /// How long a probe may be silent: ten ticks, and never less than ten seconds.
  public static func limit(every: Duration) -> Duration { max(.seconds(10), every * 10) }

  /// The probes that a run must not be blind on: those with a tolerance, and those of its stop
  /// conditions.
  public static func probes(of experiment: Experiment) -> [ProbeDeclaration] {
    let stops = Set(experiment.stopConditions.map(\.condition.probe.text))
    return experiment.hypothesis.probes.filter {
      $0.tolerance != nil || stops.contains($0.name.text)
    }
  }

  /// Takes the next sample; the first time that the silence is too long, says so.
  public mutating func add(_ sample: Sample) -> String? {
    if sample.hasData {
      lastData = max(lastData, sample.scheduled)
      isSilent = false
      return nil
    }
    return notice(sample.scheduled - lastData)
  }

  /// Lets time pass without a sample; the first time that the silence is too long, says so.
  public mutating func advance(to now: Double) -> String? {
    notice(now - patience - lastData)
  }

  private mutating func notice(_ silence: Double) -> String? {
    guard !isSilent, silence >= limit - 1e-9 else { return nil }
    isSilent = true
    return "no data of '\(probe)' for \(Duration.seconds(limit).text)"
  }
}
