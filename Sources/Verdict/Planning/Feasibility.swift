public import Model

/// What the samples of a run can show, worked out before anything is touched.
///
/// A tolerance that this run could not show even if every sample were good is an error of the file:
/// its verdict would be inconclusive, whatever the system does.
public enum Feasibility {
  /// Every limit that the run can't show, with the duration that would do.
  public static func problems(of experiment: Experiment, file: String) -> [Problem] {
    var problems: [Problem] = []
    let windows = JudgedWindow.all(of: experiment)
    for probe in experiment.hypothesis.probes {
      let own = windows.filter { $0.probe.name == probe.name }
      for limit in JudgedWindow.distinctLimits(of: own) {
        for bound in limit.bounds {
          let judged = own.filter { $0.limits.contains(limit) }
          problems += shortfall(of: bound, metric: limit.metric, in: judged, file: file)
        }
      }
    }
    return problems + experiment.valueProblems(file: file) + experiment.baselineProblems(file: file)
  }

  /// What the samples of each window can show of a probe, in one line each, for the plan.
  public static func canShow(_ probe: ProbeDeclaration, in experiment: Experiment) -> [String] {
    JudgedWindow.all(of: experiment).filter { $0.probe.name == probe.name }.map { window in
      let count = window.samples
      guard count > 0 else { return "\(window.name): no sample is due" }
      // Rounded down, so that the line never promises too much.
      let share = (Proportion.shown(by: count) * 10_000).rounded(.down) / 10_000
      var shown: [String] = []
      if window.limits.contains(where: { $0.metric == .success }) {
        shown.append("success of \(Percentage(fraction: share).text) or more")
      }
      if window.limits.contains(where: { $0.metric.unit == .time }) {
        shown.append("quantiles up to p\((share * 100).significant(4))")
      }
      if window.limits.contains(where: { $0.metric.unit == .number }) {
        shown.append(count == 1 ? "its value" : "their values")
      }
      return "\(window.name): \(count) sample\(count == 1 ? "" : "s") can show "
        + shown.joined(separator: ", and ")
    }
  }

  /// One problem for the window that is shortest for a bound; a longer one may do.
  private static func shortfall(
    of bound: Bound, metric: Metric, in windows: [JudgedWindow], file: String
  ) -> [Problem] {
    guard let window = windows.min(by: { $0.samples < $1.samples }) else { return [] }
    let asked = "\(metric.name) \(bound.direction.words) \(bound.shown(for: metric))"
    let probe = window.probe.name.text.limited
    func problem(_ message: String, _ cure: String) -> [Problem] {
      [Problem(file: file, mark: bound.mark ?? window.mark, message: message, cure: cure)]
    }
    switch SamplesNeeded.toShow(bound, of: metric) {
    case .never:
      return problem(
        "no number of samples can show \(asked) of '\(probe)'",
        neverCure(of: bound, samples: window.samples))
    case .atLeast(let needed):
      guard window.samples < needed else { return [] }
      let others = windows.count { $0.samples < needed } - 1
      let more = others > 0 ? " (and \(others) more)" : ""
      return problem(
        "\(window.name)\(more) gives '\(probe)' \(window.amount) to show \(asked), which takes "
          + "\(needed)", window.cure(for: needed))
    }
  }

  private static func neverCure(of bound: Bound, samples: Int) -> String {
    guard bound.direction == .minimum, samples > 0 else {
      return "leave room for a few samples on the other side"
    }
    let share = (Proportion.shown(by: samples) * 1000).rounded(.down) / 1000
    guard share > 0 else { return "ask for less" }
    return "ask for \(Percentage(fraction: share).text) or less, which \(samples) good samples show"
  }
}

/// A stretch of the run that is judged by intervals.
private struct JudgedWindow {
  /// What the window is, at the start of a sentence.
  var name: String
  var probe: ProbeDeclaration
  var limits: [MetricLimit]
  /// The shortest that it may be, before `delay` is taken from it.
  var shortest: Duration
  var delay: Duration
  /// What an author can write to make it longer.
  var remedy: String
  var mark: Mark?

  /// The samples that it has at least.
  var samples: Int {
    let length = (shortest - delay).nanoseconds
    let every = probe.every.nanoseconds
    guard length > 0, every > 0 else { return 0 }
    return Int(length / every)
  }

  /// `50 samples`, and why there are none.
  var amount: String {
    if samples > 0 { return "\(samples) sample\(samples == 1 ? "" : "s")" }
    if shortest <= .zero { return "no time at all" }
    if shortest <= delay {
      return "no sample, since it lasts \(shortest.text) and 'within' is \(delay.text),"
    }
    return "no sample, since it is asked every \(probe.every.text) and judged for "
      + "\((shortest - delay).text),"
  }

  /// The duration, or the interval, that would give so many samples.
  func cure(for needed: Int) -> String {
    let duration = delay + probe.every * needed
    // Whole seconds read better, and do as well.
    let unit: Int64 = duration < .seconds(1) ? 1_000_000 : 1_000_000_000
    let rounded = Duration.nanoseconds((duration.nanoseconds + unit - 1) / unit * unit)
    let cure = "\(remedy) \(rounded.text) or more"
    let every = Duration.milliseconds(
      (shortest - delay).nanoseconds / (Int64(needed) * 1_000_000))
    return every >= .milliseconds(1) ? cure + ", or ask every \(every.text)" : cure
  }

  static func all(of experiment: Experiment) -> [JudgedWindow] {
    let timeline = Timeline(of: experiment.method)
    let probes = experiment.hypothesis.probes.filter { $0.tolerance != nil }
    var windows: [JudgedWindow] = []
    for entry in timeline.faults {
      windows += probes.map { probe in
        JudgedWindow(
          name: "fault '\(entry.step.name.limited)'", probe: probe, limits: probe.faultedLimits,
          shortest: entry.shortest, delay: probe.faultedDelay,
          remedy: entry.lastsUntilMethodEnds ? "give it 'for:' of" : "let it last for",
          mark: entry.step.mark)
      }
    }
    if timeline.faults.isEmpty, !experiment.method.isEmpty {
      windows += probes.map { probe in
        JudgedWindow(
          name: "the method", probe: probe, limits: probe.tolerance?.limits ?? [],
          shortest: timeline.methodShortest, delay: .zero, remedy: "let its steps last for",
          mark: probe.name.mark)
      }
    }
    return windows + conditions(of: experiment)
  }

  /// The windows of expectations and waits, where they are judged as a whole.
  private static func conditions(of experiment: Experiment) -> [JudgedWindow] {
    experiment.steps.flatMap { step in
      var all = step.expectations.map {
        (name: "an expectation of '\(step.name.limited)'", condition: $0.condition, most: $0.within)
      }
      if let wait = step.wait, let until = wait.until {
        all.append((name: "the wait '\(step.name.limited)'", condition: until, most: wait.duration))
      }
      return all.compactMap { entry -> JudgedWindow? in
        guard
          let probe = experiment.hypothesis.probes.first(where: {
            $0.name == entry.condition.probe
          })
        else { return nil }
        return JudgedWindow(
          name: entry.name, probe: probe, limits: entry.condition.limits, shortest: entry.most,
          delay: .zero, remedy: "give it a time of", mark: step.mark)
      }
    }
  }

  static func distinctLimits(of windows: [JudgedWindow]) -> [MetricLimit] {
    var seen: Set<MetricLimit> = []
    return windows.flatMap(\.limits).filter { seen.insert($0).inserted }
  }
}

extension Experiment {
  /// Limits of values on probes that have none.
  fileprivate func valueProblems(file: String) -> [Problem] {
    let silent = Dictionary(
      hypothesis.probes.filter { $0.probe.value == .none }.map { ($0.name.text, $0.kind) },
      uniquingKeysWith: { first, _ in first })
    return limitsByProbe.flatMap { probe, limits -> [Problem] in
      guard let kind = silent[probe] else { return [] }
      return limits.filter { $0.metric.unit == .number }.map { limit in
        Problem(
          file: file, mark: limit.mark ?? limit.bounds.first?.mark,
          message: "'\(probe.limited)' has no values: the probe \(kind) yields none",
          cure: "judge its success or latency, or take a probe that yields a value")
      }
    }
  }

  /// Relative limits whose baseline has too few samples for an estimate.
  fileprivate func baselineProblems(file: String) -> [Problem] {
    limitsByProbe.flatMap { name, limits -> [Problem] in
      guard let probe = hypothesis.probes.first(where: { $0.name.text == name }) else { return [] }
      let samples = Schedule.ticks(in: hypothesis.baseline.seconds, every: probe.every)
      return limits.flatMap { limit -> [Problem] in
        let needed = Baseline.samplesNeeded(for: limit.metric)
        guard samples < needed else { return [] }
        return limit.bounds.filter(\.isRelative).map { bound in
          Problem(
            file: file, mark: bound.mark ?? limit.mark,
            message: "the baseline of \(hypothesis.baseline.text) gives '\(name.limited)' "
              + "\(samples) sample\(samples == 1 ? "" : "s"); "
              + "\(bound.shown(for: limit.metric)) takes \(needed) for \(limit.metric.name)",
            cure: "make the baseline \((probe.every * needed).text) or longer, or ask more often")
        }
      }
    }
  }
}
