public import Model

/// Finds the moment from which the steady state held again after the undo.
///
/// It is the earliest time t, not before the undo's end, such that every probe's tolerance was
/// observed to hold over [t, t + holds). The window's content changes only where a sample enters or
/// leaves it; so it is enough to look between those moments, and each sample costs two looks.
public struct RecoveryWatch: Sendable {
  /// What became of it.
  public enum Outcome: Sendable, Hashable {
    /// It held again, so many seconds after the undo; `window` is where it was judged.
    case recovered(seconds: Double, window: Window)
    /// It did not hold in any window that began in time; `window` is the last of them.
    case tooLate(window: Window)
  }

  private let undone: Double
  private let holds: Double
  /// Where the earliest and the last window end that may be judged.
  private let earliest: Double
  private let deadline: Double
  private var probes: [Int: RecoveringProbe] = [:]
  /// From when on the samples in the windows are those they are now.
  private var since: Double
  private var outcome: Outcome?

  /// Starts to watch when the last undo is done, at a time in seconds since the run began.
  public init(
    probes: [ProbeDeclaration], undone: Double, recovery: Recovery, baseline: Baseline?
  ) {
    self.undone = undone
    holds = recovery.holds.seconds
    earliest = undone + holds
    deadline = earliest + recovery.within.seconds
    since = undone
    for (index, probe) in probes.enumerated() {
      guard let tolerance = probe.tolerance else { continue }
      self.probes[index] = RecoveringProbe(
        bounds: ResolvedBound.all(tolerance.limits, of: probe.name.text, in: baseline),
        every: probe.every, patience: probe.patience.seconds, holds: holds, undone: undone)
    }
  }

  /// Takes a sample of a probe, by the probe's index in the hypothesis; probes without a tolerance
  /// are passed over.
  public mutating func add(_ sample: Sample, of probe: Int) {
    guard sample.scheduled >= since else { return }
    probes[probe]?.add(sample)
  }

  /// Lets time pass: judges every window that can't change any more.
  public mutating func advance(to now: Double) -> Outcome? {
    if let outcome { return outcome }
    var frontier = min(deadline, max(now, since))
    for index in probes.keys {
      frontier = min(frontier, probes[index]?.frontier(at: now) ?? frontier)
    }
    while true {
      let next = probes.values.reduce(Double.infinity) { min($0, $1.nextChange) }
      if let found = recovered(until: min(next, frontier)) {
        outcome = found
        return found
      }
      guard next < frontier else { break }
      for index in probes.keys { probes[index]?.change(at: next) }
      since = next
    }
    if frontier >= deadline {
      outcome = .tooLate(window: Window(start: deadline - holds, end: deadline))
    }
    return outcome
  }

  /// Between `since` and `until` every window has the same samples.
  private func recovered(until: Double) -> Outcome? {
    guard until >= earliest, until > since, probes.values.allSatisfy(\.isHolding) else {
      return nil
    }
    // A window that ends just after a sample begins just after the one that left it.
    let end = max(earliest, since + min(0.0005, (until - since) / 2))
    let start = end - holds
    return .recovered(
      seconds: max(0, max(since, earliest) - holds - undone), window: Window(start: start, end: end)
    )
  }
}

/// One probe's part of a recovery.
private struct RecoveringProbe: Sendable {
  let bounds: [ResolvedBound]
  let every: Double
  let patience: Double
  let holds: Double
  /// Ticks that a window has at least.
  let leastTicks: Int
  /// Samples that have arrived but are not reached yet.
  private var coming = TimedQueue<Sample>()
  private var window: SlidingWindow
  private(set) var isHolding = false
  private var arrivals: Arrivals

  init(bounds: [ResolvedBound], every: Duration, patience: Double, holds: Double, undone: Double) {
    self.bounds = bounds
    self.every = every.seconds
    self.patience = patience
    self.holds = holds
    leastTicks = Schedule.ticks(in: holds, every: every)
    window = SlidingWindow(metrics: bounds.map(\.metric))
    arrivals = Arrivals(every: every.seconds, from: undone)
  }

  mutating func add(_ sample: Sample) {
    coming.insert(sample, at: sample.scheduled)
    arrivals.add(sample.scheduled)
  }

  /// Up to when every sample has arrived, or can't arrive any more.
  mutating func frontier(at now: Double) -> Double {
    arrivals.giveUp(before: now - patience)
    return arrivals.complete
  }

  /// When the next sample enters or leaves the window.
  var nextChange: Double {
    min(coming.first?.time ?? .infinity, (window.oldest ?? .infinity) + holds)
  }

  mutating func change(at time: Double) {
    guard nextChange <= time else { return }
    while let oldest = window.oldest, oldest + holds <= time { window.removeFirst() }
    while let next = coming.first, next.time <= time {
      if let sample = coming.removeFirst() { window.insert(sample) }
    }
    isHolding = bounds.allSatisfy(isHeld)
  }

  private func isHeld(_ bound: ResolvedBound) -> Bool {
    let scheduled = max(leastTicks, window.count)
    let covered = window.covered(for: bound.metric)
    guard scheduled > 0, Double(covered) >= Judge.leastCoverage * Double(scheduled),
      let limit = bound.amount,
      let point = window.point(of: bound.metric, against: bound.bound)
    else { return false }
    return bound.bound.isHeld(by: point, limit: limit)
  }
}

/// Up to when all ticks of a fixed schedule have arrived, while some overtake others.
private struct Arrivals: Sendable {
  private let every: Double
  /// No tick before this time is outstanding.
  private(set) var complete: Double
  /// Whether `complete` is itself a tick, or only lies less than one period before the next.
  private var isTick = false
  private var ahead = TimedQueue<Void>()

  init(every: Double, from start: Double) {
    self.every = every
    complete = start
  }

  mutating func add(_ tick: Double) {
    guard tick >= complete - every / 2 else { return }
    ahead.insert((), at: tick)
    settle()
  }

  mutating func giveUp(before time: Double) {
    guard time > complete else { return }
    complete = time
    isTick = false
    settle()
  }

  private mutating func settle() {
    while let next = ahead.first?.time, next < complete + (isTick ? every / 2 : every) {
      _ = ahead.removeFirst()
      complete = max(complete, next + every)
      isTick = true
    }
  }
}
