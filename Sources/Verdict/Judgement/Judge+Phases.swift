public import Model

extension Judge {
  /// The gate before the method: whether a probe's tolerance was observed to hold.
  ///
  /// Limits that are relative to the baseline have nothing to be compared with yet and are left out.
  public static func baseline(
    of probe: ProbeDeclaration, in series: Series, window: Window
  ) -> [Check] {
    let limits = (probe.tolerance?.limits ?? []).map { limit in
      MetricLimit(
        metric: limit.metric, bounds: limit.bounds.filter { !$0.isRelative }, mark: limit.mark)
    }
    return checks(
      of: limits, in: series, window: window, every: probe.every, kind: .baseline, baseline: nil,
      rule: .observed)
  }

  /// What a probe showed while a fault was in force: from `within` after it was, until its undo.
  public static func fault(
    _ step: String, of probe: ProbeDeclaration, in series: Series, window: Window,
    baseline: Baseline?
  ) -> [Check] {
    checks(
      of: probe.faultedLimits, in: series,
      window: Window(
        start: min(window.end, window.start + probe.faultedDelay.seconds), end: window.end),
      every: probe.every, kind: .fault, step: step, baseline: baseline, rule: .shown)
  }

  /// What a probe showed in a method without faults.
  public static func method(
    of probe: ProbeDeclaration, in series: Series, window: Window, baseline: Baseline?
  ) -> [Check] {
    checks(
      of: probe.tolerance?.limits ?? [], in: series, window: window, every: probe.every,
      kind: .method, baseline: baseline, rule: .shown)
  }

  /// The gate after the undo, over the window that a `RecoveryWatch` ended with.
  public static func recovery(
    of probe: ProbeDeclaration, in series: Series, window: Window, baseline: Baseline?
  ) -> [Check] {
    checks(
      of: probe.tolerance?.limits ?? [], in: series, window: window, every: probe.every,
      kind: .recovery, baseline: baseline, rule: .observed)
  }
}

extension ProbeDeclaration {
  /// What must hold while a fault is in force.
  var faultedLimits: [MetricLimit] { whileFaulted?.limits ?? tolerance?.limits ?? [] }

  /// How long after a fault is in force the judgement starts.
  var faultedDelay: Duration { whileFaulted?.within ?? .zero }

  /// How long after its tick a sample may still arrive: its timeout, and a second for its way.
  var patience: Duration { probe.timeout + .seconds(1) }
}
