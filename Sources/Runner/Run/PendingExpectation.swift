import Model
import Verdict

/// An expectation, or what a wait is for, that is being watched.
struct PendingExpectation: Sendable {
  var probe: String
  var title: String
  var watch: ExpectationWatch
  /// When it is decided even if samples are missing, in seconds since the run began.
  var end: Double
  var isDecided = false
}

extension RunMachine {
  /// Starts to watch for what must come true after a step.
  mutating func expect(
    _ condition: ProbeCondition, within: Duration, kind: Check.Kind, of step: Int, title: String
  ) {
    let probes = specification.experiment.hypothesis.probes
    guard let probe = probes.first(where: { $0.name == condition.probe }) else { return }
    steps[step].expectations.append(
      PendingExpectation(
        probe: condition.probe.text, title: title,
        watch: ExpectationWatch(
          condition, on: probe, kind: kind, step: steps[step].plan.name, start: seconds(now),
          within: within, baseline: baseline),
        end: seconds(now + within + probe.probe.timeout + .seconds(1))))
  }

  /// Decides what has run out of time.
  mutating func letExpectationsPass() {
    for step in steps.indices {
      for place in steps[step].expectations.indices {
        let pending = steps[step].expectations[place]
        guard !pending.isDecided else { continue }
        // Once nothing of the window is under way, waiting longer would only prolong the fault.
        let outcome =
          seconds(now) >= pending.watch.end && !isUnderWay(pending.probe, before: pending.watch.end)
          ? steps[step].expectations[place].watch.conclude()
          : steps[step].expectations[place].watch.advance(to: seconds(now))
        if let outcome { decide(step, place, outcome) }
      }
    }
  }

  /// Whether an observation that was due before a time is still awaited.
  private func isUnderWay(_ probe: String, before time: Double) -> Bool {
    guard let index = series.firstIndex(where: { $0.probe == probe }) else { return false }
    return underWay[index].contains { $0 < time }
  }

  mutating func decide(_ step: Int, _ place: Int, _ outcome: ExpectationWatch.Outcome) {
    steps[step].expectations[place].isDecided = true
    let title = steps[step].expectations[place].title
    let time = outcome.seconds.map { " after \(Duration.seconds($0).brief)" } ?? ""
    let text = outcome.verdict == .pass ? "\(title): came true\(time)" : "\(title): not shown"
    let name = steps[step].plan.name
    if steps[step].plan.kind == .wait {
      endWait(step, outcome, text)
    } else {
      record.checks += outcome.checks
      tell(
        outcome.verdict == .pass ? "expectation.met" : "expectation.missed", text, step: name)
    }
  }

  mutating func beginWait(_ index: Int) {
    let wait = specification.experiment.steps[index].wait ?? Wait(duration: .zero)
    steps[index].began = now
    steps[index].state = .active(until: now + wait.duration)
    tell("wait.started", "waiting \(steps[index].plan.wait ?? "")", step: steps[index].plan.name)
    if let until = wait.until {
      expect(until, within: wait.duration, kind: .wait, of: index, title: until.shown)
    }
  }

  /// The time of a wait is over; one that waits for a probe is decided by its watch.
  mutating func finishWait(_ index: Int) {
    if steps[index].expectations.allSatisfy(\.isDecided) { steps[index].state = .done }
  }

  private mutating func endWait(
    _ step: Int, _ outcome: ExpectationWatch.Outcome, _ text: String
  ) {
    guard phase == .method else { return }
    steps[step].state = .done
    tell("wait.ended", text, step: steps[step].plan.name)
    guard outcome.verdict != .pass else { return }
    record.checks += outcome.checks
    failedActions.append("waited in vain for \(text)")
    stop("waited in vain for \(text)", ended: .stopped)
  }
}
