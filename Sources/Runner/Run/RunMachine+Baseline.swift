import Model
import Verdict

extension RunMachine {
  /// Once every agent has locked its targets, the baseline begins.
  mutating func finishPreparing() {
    guard !awaits({ $0 == .allow || $0 == .begin || $0 == .watch }) else { return }
    closePhase("prepare")
    startSchedules()
    let length = specification.experiment.hypothesis.baseline
    phase = .baseline(end: now + length)
    tell("baseline.started", "the steady state must hold for \(length.text)")
    tickProbes()
  }

  /// Once the last samples of the window are in, the baseline is judged.
  mutating func judgeBaseline(end: Duration) {
    let window = Window(start: phaseStart, end: seconds(end))
    guard hasSettled(window) || now >= end + longestTimeout + Self.slack else { return }
    let reference = Baseline(of: specification.experiment, series: series, window: window)
    baseline = reference
    for index in watchesOfStop.indices { watchesOfStop[index].resolve(with: reference) }
    for (index, probe) in specification.experiment.hypothesis.probes.enumerated() {
      record.checks += Judge.baseline(of: probe, in: series[index], window: window)
    }
    closePhase("baseline")
    if let check = record.checks.first(where: { $0.verdict != .pass }) {
      let reason = check.reason ?? check.seen
      tell("baseline.failed", "the steady state does not hold: \(check.title): \(reason)")
      refuse("the system was already ill: \(check.title): \(reason)")
      return
    }
    tell("baseline.held", "the steady state holds")
    guard !steps.isEmpty else {
      self.end(.completed)
      return
    }
    arm()
  }

  /// Whether every tick of a window has its sample.
  func hasSettled(_ window: Window) -> Bool {
    for (index, schedule) in schedules.enumerated() where schedule.inFlight > 0 {
      let due = Int((window.length / schedule.every.seconds).rounded(.up))
      if series[index].count(in: window) < due { return false }
    }
    return true
  }

  /// Puts the rollbacks into the ledgers before anything is touched.
  private mutating func arm() {
    armedHosts = Set(rollbackOrder)
    phase = .arming
    let rollbacks = specification.plan.rollbacks
    for host in rollbackOrder {
      ask(
        .arm(rollbacks: rollbacks.filter { $0.host == host }.map(\.command)), of: host, as: .arm)
    }
  }

  /// The hosts of rollbacks, in the order of their first one.
  var rollbackOrder: [String] {
    var hosts: [String] = []
    for rollback in specification.plan.rollbacks where !hosts.contains(rollback.host) {
      hosts.append(rollback.host)
    }
    return hosts
  }

  mutating func finishArming() {
    guard !awaits({ $0 == .arm }) else { return }
    phase = .method
    phaseStart = seconds(now)
    tell("method.started", "the method begins")
    startGroup(0)
  }
}
