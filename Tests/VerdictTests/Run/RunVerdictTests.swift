import Model
import Testing

@testable import Verdict

@Suite struct RunVerdictTests {
  private static func check(
    _ kind: Check.Kind, _ verdict: Verdict, reason: String? = nil
  ) -> Check {
    Check(
      kind: kind, title: "checkout: success at least 98%", probe: "checkout", step: "slow",
      metric: .success, asked: "at least 98%", seen: "90% of 600 samples", samples: 600,
      scheduled: 600, window: Window(start: 0, end: 60), verdict: verdict, reason: reason)
  }

  private static func fault(inForce: Bool, attempted: Bool = true) -> FaultRecord {
    var fault = FaultRecord(
      step: "slow", kind: "idle", host: "local", targets: [], undoClass: .none,
      requested: "nothing", requestedSeconds: 60)
    fault.inForce = inForce
    if attempted, !inForce { fault.achieved = "no packet was selected" }
    if attempted { fault.window = Window(start: 10, end: 70) }
    return fault
  }

  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var checks = [check(.baseline, .pass), check(.fault, .pass), check(.recovery, .pass)]
    var faults = [fault(inForce: true)]
    var actionsFailed: [String] = []
    var ended = Record.Ending.completed
    var clean = true
    var notes: [String] = []
    var verdict: Verdict
    var testDescription: String { name }
  }

  static let cases: [Case] = [
    Case(name: "everything shown", verdict: .pass),
    Case(name: "a tolerance violated", checks: [check(.fault, .fail)], verdict: .fail),
    Case(name: "a method violated", checks: [check(.method, .fail)], verdict: .fail),
    Case(name: "an expectation violated", checks: [check(.expectation, .fail)], verdict: .fail),
    Case(name: "recovery too late", checks: [check(.recovery, .fail)], verdict: .fail),
    Case(
      name: "a stop condition fired", checks: [check(.stop, .fail)], ended: .stopped,
      verdict: .fail),
    Case(
      name: "a fail among inconclusive ones",
      checks: [check(.fault, .inconclusive), check(.fault, .fail)], verdict: .fail),
    Case(
      name: "a fault not in force outranks a violation", checks: [check(.fault, .fail)],
      faults: [fault(inForce: true), fault(inForce: false)], verdict: .inconclusive),
    Case(
      name: "a fault that vanished before its step",
      faults: [fault(inForce: false, attempted: false)],
      verdict: .inconclusive),
    Case(
      name: "a fault that a stopped run never came to", checks: [check(.stop, .fail)],
      faults: [fault(inForce: true), fault(inForce: false, attempted: false)], ended: .stopped,
      verdict: .fail),
    Case(name: "too little shown", checks: [check(.fault, .inconclusive)], verdict: .inconclusive),
    Case(name: "a wait in vain", checks: [check(.wait, .fail)], verdict: .inconclusive),
    Case(
      name: "an ill baseline", checks: [check(.baseline, .fail)], faults: [], ended: .refused,
      verdict: .inconclusive),
    Case(name: "an action failed", actionsFailed: ["flush: exit 1"], verdict: .inconclusive),
    Case(
      name: "a violation outweighs a failed action", checks: [check(.fault, .fail)],
      actionsFailed: ["flush: exit 1"], verdict: .fail),
    Case(name: "not clean", clean: false, verdict: .inconclusive),
    Case(
      name: "violated and not clean", checks: [check(.fault, .fail)], clean: false, verdict: .fail),
    Case(name: "stopped", ended: .stopped, verdict: .inconclusive),
    Case(name: "interrupted", ended: .interrupted, verdict: .inconclusive),
    Case(name: "an error of ours", ended: .error, verdict: .inconclusive),
    Case(name: "a note", notes: ["no data of 'checkout' for 10s"], verdict: .inconclusive),
    Case(name: "nothing judged", checks: [], verdict: .inconclusive),
  ]

  @Test(arguments: cases)
  func verdicts(_ given: Case) {
    let result = RunVerdict.of(
      checks: given.checks, faults: given.faults, actionsFailed: given.actionsFailed,
      ended: given.ended, clean: given.clean, notes: given.notes)
    #expect(result.verdict == given.verdict)
    #expect(result.reasons.isEmpty == (given.verdict == .pass), "\(result.reasons)")
  }

  @Test func reasonsInOrderOfWeight() {
    let result = RunVerdict.of(
      checks: [
        Self.check(.fault, .inconclusive, reason: "600 samples show neither"),
        Self.check(.fault, .fail, reason: "not at least 98%"),
      ], faults: [Self.fault(inForce: false)], actionsFailed: ["flush: exit 1"], ended: .stopped,
      clean: false, notes: ["no data of 'checkout' for 10s"])
    #expect(
      result.reasons == [
        "not everything is proved undone",
        "fault 'slow' was not in force on local: no packet was selected",
        "checkout: success at least 98% during 'slow': 90% of 600 samples; not at least 98%",
        "action failed: flush: exit 1", "no data of 'checkout' for 10s",
        "checkout: success at least 98% during 'slow': 90% of 600 samples; 600 samples show neither",
        "the run was stopped before its end",
      ])
  }

  @Test(
    arguments: [
      (Verdict.pass, Record.Ending.completed, true, nil, Model.ExitStatus.pass),
      (.fail, .completed, true, nil, .fail), (.fail, .stopped, true, nil, .fail),
      (.inconclusive, .completed, true, nil, .inconclusive),
      (.inconclusive, .error, true, nil, .inconclusive),
      (.inconclusive, .refused, true, nil, .refused),
      (.inconclusive, .interrupted, true, .interrupt, .interrupted),
      (.inconclusive, .interrupted, true, .terminate, .terminated),
      (.inconclusive, .interrupted, true, .hangUp, .terminated),
      (.inconclusive, .interrupted, true, nil, .interrupted),
      (.fail, .interrupted, true, .terminate, .terminated),
      (.pass, .completed, false, nil, .residue), (.fail, .interrupted, false, .interrupt, .residue),
      (.inconclusive, .refused, false, nil, .residue),
      // A pass that did not complete is none.
      (.pass, .stopped, true, nil, .inconclusive), (.pass, .error, true, nil, .inconclusive),
      // A signal that came when everything was over still says so.
      (.pass, .completed, true, .terminate, .terminated),
    ] as [(Verdict, Record.Ending, Bool, Signal?, Model.ExitStatus)])
  func exitStatus(
    verdict: Verdict, ended: Record.Ending, clean: Bool, signal: Signal?, expected: Model.ExitStatus
  ) {
    let status = Model.ExitStatus(
      verdict: verdict, ended: ended, clean: clean, interruptedBy: signal)
    #expect(status == expected)
  }
}
