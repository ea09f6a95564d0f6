import Model
import Verdict

extension RunMachine {
  // MARK: Ways to end early

  /// Whether all that is left is to hear the agents out, to compare and to judge.
  private var isOver: Bool {
    switch phase {
    case .ending, .certifying, .settling, .finished: true
    default: false
    }
  }

  /// Refuses before anything is broken.
  mutating func refuse(_ reason: String) {
    guard !hasTouched, !isOver else { return }
    record.reasons.append(reason)
    end(.refused)
  }

  /// Stops the method at once; what was broken is put back.
  mutating func stop(_ reason: String, ended: Record.Ending) {
    guard stopReason == nil, !isOver else { return }
    stopReason = reason
    if record.ended != .interrupted { record.ended = ended }
    record.reasons.append(reason)
    tell("run.stopping", reason)
    switch phase {
    case .readingState, .preparing, .baseline, .settlingBaseline, .arming:
      // Nothing was broken yet, so this is a refusal: the system can't be told to be well.
      if !hasTouched { end(ended == .stopped ? .refused : ended) }
    case .method: startUndo()
    default: break
    }
  }

  /// A person or a system wants the run to end: stop, undo, report.
  mutating func interrupt(_ signal: Signal) {
    guard interruption == nil, phase != .finished else { return }
    interruption = signal
    tell("run.interrupted", "interrupted; putting everything back")
    record.reasons.insert("interrupted", at: 0)
    record.ended = .interrupted
    switch phase {
    case .method: startUndo()
    case .undoing, .rollingBack, .ending, .certifying, .settling: break
    case .recovery:
      closeRecovery()
      end(.interrupted)
    default: end(.interrupted)
    }
  }

  /// Stops a run that has taken longer than its limit.
  mutating func checkLimits() {
    let limit = specification.experiment.limits.duration
    guard now >= origin + limit, phase != .idle, stopReason == nil else { return }
    stop("the run's limit of \(limit.text) passed", ended: .stopped)
    if phase == .recovery {
      closeRecovery()
      end(.stopped)
    }
  }

  // MARK: Recovery

  mutating func startRecovery() {
    guard hasTouched, interruption == nil else {
      end(record.ended == .error && stopReason == nil ? .completed : record.ended)
      return
    }
    phase = .recovery
    tell("recovery.started", "waiting for the steady state to hold again")
    let undone = undoFinished ?? now
    let hypothesis = specification.experiment.hypothesis
    recovery = RecoveryWatch(
      probes: hypothesis.probes, undone: seconds(undone), recovery: hypothesis.recovery,
      baseline: baseline)
  }

  mutating func advanceRecovery() {
    let time = seconds(now)
    guard phase == .recovery, let outcome = recovery?.advance(to: time) else { return }
    switch outcome {
    case .recovered(let time, let window):
      judgeRecovery(in: window)
      // A time since an undo that nobody has proved would say that there was one.
      if isUndoProved { record.recoverySeconds = (time * 1e6).rounded() / 1e6 }
      let length = record.recoverySeconds.map { Duration.seconds($0).brief }
      tell(
        "recovery.held",
        length.map { "the steady state is back after \($0)" }
          ?? "the steady state holds, though not everything is proved undone")
    case .tooLate(let window):
      judgeRecovery(in: window)
      let within = specification.experiment.hypothesis.recovery.within.text
      let reason = "the steady state was not back within \(within) of the undo"
      tell("recovery.late", reason)
      record.reasons.append(reason)
    }
    closeRecovery()
    end(stopReason == nil ? .completed : record.ended)
  }

  /// Whether everything that was undone so far is proved so.
  private var isUndoProved: Bool {
    !hasUnprovedUndo && record.residue.isEmpty && record.faults.allSatisfy(\.undone)
  }

  private mutating func judgeRecovery(in window: Window) {
    for (index, probe) in specification.experiment.hypothesis.probes.enumerated() {
      record.checks += Judge.recovery(
        of: probe, in: series[index], window: window, baseline: baseline)
    }
  }

  private mutating func closeRecovery() {
    closePhase("recovery")
    recovery = nil
  }

  // MARK: The end

  /// Has every agent close its ledger; what it says last decides whether the run was clean.
  mutating func end(_ ending: Record.Ending) {
    guard !isOver else { return }
    record.ended = ending
    phase = .ending
    for host in agents.keys.sorted() { ask(.end, of: host, as: .end) }
    finishEnding()
  }

  mutating func finishEnding() {
    guard phase == .ending else { return }
    let open = agents.values.contains { $0.state == .connected || $0.state == .reconnecting }
    guard !open else { return }
    startCertifying()
  }

  /// Waits for the samples that are still under way.
  mutating func startSettling() {
    phase = .settling(until: now + longestTimeout + Self.slack)
    settle(until: now + longestTimeout + Self.slack)
  }

  /// Samples that are still under way belong to windows that are judged now.
  mutating func settle(until: Duration) {
    let needsThem = record.ended == .completed && !steps.isEmpty
    if needsThem, now < until, schedules.contains(where: { $0.inFlight > 0 }) { return }
    judgeMethod()
    finish()
  }

  /// Judges every probe in every fault's own window, or in the whole method where there is none.
  private mutating func judgeMethod() {
    guard hasTouched || !steps.isEmpty, record.ended == .completed || record.ended == .stopped
    else { return }
    for (index, probe) in specification.experiment.hypothesis.probes.enumerated() {
      for (step, window) in faultWindows {
        record.checks += Judge.fault(
          step, of: probe, in: series[index], window: window, baseline: baseline)
      }
      if !steps.contains(where: { $0.plan.kind == .fault }),
        let method = record.phases.first(where: { $0.name == "method" })
      {
        record.checks += Judge.method(
          of: probe, in: series[index], window: method.window, baseline: baseline)
      }
    }
  }

  /// The windows of faults that came into force, from the last host's injection to the first undo.
  private var faultWindows: [(step: String, window: Window)] {
    steps.compactMap { step in
      guard step.plan.kind == .fault, let began = step.began, let ended = step.ended else {
        return nil
      }
      return (step.plan.name, Window(start: seconds(began), end: seconds(ended)))
    }
  }

  private mutating func finish() {
    phase = .finished
    for fault in record.faults where !fault.undone {
      guard !record.residue.contains(where: { $0.host == fault.host }) else { continue }
      record.residue.append(
        Residue(
          host: fault.host, what: "the undo of '\(fault.step)' is not proved",
          command: recoverCommand(for: fault.host)))
    }
    addCertificates()
    let time = seconds(now)
    for index in record.faults.indices { record.faults[index].close(at: time) }
    record.clean = record.residue.isEmpty
    if !record.clean { record.recoverySeconds = nil }
    record.checks = record.checks.inReadingOrder
    let judgement = RunVerdict.of(
      checks: record.checks, faults: record.faults, actionsFailed: failedActions,
      ended: record.ended, clean: record.clean)
    record.verdict = judgement.verdict
    for reason in judgement.reasons where !record.reasons.contains(reason) {
      record.reasons.append(reason)
    }
    if specification.isDryRun {
      record.reasons.append("dry run: nothing was injected, so nothing was shown")
      record.verdict = record.verdict == .pass ? .inconclusive : record.verdict
    }
    let status = ExitStatus(
      verdict: judgement.verdict, ended: record.ended, clean: record.clean,
      interruptedBy: interruption)
    record.exitCode = Int(status.rawValue)
    record.durationSeconds = (seconds(now) * 1e6).rounded() / 1e6
    record.probes = zip(specification.experiment.hypothesis.probes, series).map { probe, series in
      ProbeRecord(
        name: probe.name.text, kind: probe.kind, everySeconds: probe.every.seconds,
        series: series)
    }
    tell("run.ended", "verdict \(record.verdict.rawValue)")
    effects.append(.finish(record))
  }
}
