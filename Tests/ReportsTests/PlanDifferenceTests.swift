import FoundationEssentials
import Model
import Testing

@testable import Reports

@Suite struct PlanDifferenceTests {
  private let plan = Samples.plan()

  @Test func thePlanItselfDiffersInNothing() throws {
    #expect(try PlanDifference.lines(old: plan, new: plan).isEmpty)
    #expect(try PlanDifference.isOnlyNewProcesses(old: plan, new: plan))
  }

  @Test func anotherProcessIsTwoLines() throws {
    let other = Samples.plan(pid: 5151)
    let program = "/usr/lib/postgresql/15/bin/postgres of postgres"
    let place = "step 'slow database', fault, injection on 'db'"
    #expect(
      try PlanDifference.lines(old: plan, new: other) == [
        "\(place): process 4242 (\(program)) is gone", "\(place): process 5151 (\(program)) is new",
      ])
    #expect(try PlanDifference.isOnlyNewProcesses(old: plan, new: other))
    #expect(try plan.digest != other.digest)
  }

  @Test func aProcessThatRenamesItselfIsTheSame() throws {
    var other = plan
    other.steps[0].fault?.injections[0].targets[0].commandLine = ["postgres: idle"]
    #expect(try plan.digest == other.digest)
    // From another session a guardian may have less, and does the same.
    other.hosts[0].facts.note = "another note"
    #expect(try plan.digest == other.digest)
    #expect(try PlanDifference.lines(old: plan, new: other).isEmpty)
    #expect(try PlanDifference.lines(old: plan, new: other).isEmpty)
    #expect(try PlanDifference.isOnlyNewProcesses(old: plan, new: other))
  }

  @Test func otherWorldsAreNotRebound() throws {
    let changes: [(inout Plan) -> Void] = [
      { $0.steps[0].fault?.injections[0].targets[0].user = "root" },
      { $0.steps[0].fault?.injections[0].targets[0].executable = "/bin/sh" },
      { $0.steps[0].fault?.injections[0].targets = [] },
      { $0.steps[0].fault?.injections[0].host = "local" },
      { $0.steps[0].fault?.injections[0].injection.undo = [] },
      { $0.steps[0].fault?.parameters = ["share": "90%"] },
      { $0.steps[0].forSeconds = 61 },
      { $0.hosts[1].facts.kernel = "6.12.0" },
      { $0.probes[0].everySeconds = 1 },
      { $0.seed = 8 },
      { $0.rollbacks = [] },
      { $0.limits.duration = .seconds(60) },
      { $0.policy.allowProtected = ["sshd"] },
      { $0.stopConditions = [] },
      { $0.steps.swapAt(0, 1) },
    ]
    for (number, change) in changes.enumerated() {
      var other = plan
      change(&other)
      #expect(try !PlanDifference.isOnlyNewProcesses(old: plan, new: other), "change \(number)")
      #expect(try !PlanDifference.lines(old: plan, new: other).isEmpty, "change \(number)")
      #expect(try plan.digest != other.digest, "change \(number)")
    }
  }

  @Test func differencesAreWords() throws {
    var other = plan
    other.probes[0].everySeconds = 1
    other.hosts.insert(PlannedHost(name: "app", command: ["x"], facts: plan.hosts[0].facts), at: 0)
    other.hosts[2].facts.kernel = "6.12.0"
    other.steps[0].fault?.parameters = ["every": "1s", "share": "90%"]
    other.limits.targets = nil
    other.limits.duration = .seconds(60)
    #expect(
      try PlanDifference.lines(old: plan, new: other) == [
        "host 'db', facts, kernel: was '6.1.0-18-amd64', is now '6.12.0'",
        "host 'app' is new",
        "limits, duration: was 1h, is now 1m",
        "limits, targets: was '3', is now unset",
        "probe 'checkout', every: was 500ms, is now 1s",
        "step 'slow database', fault, parameters, share: was '40%', is now '90%'",
      ])
  }

  @Test func anotherExperimentIsBounded() throws {
    var other = plan
    for index in 0..<500 {
      other.hosts.append(
        PlannedHost(name: "h\(index)\u{202e}\n", command: [], facts: plan.hosts[0].facts))
    }
    let lines = try PlanDifference.lines(old: plan, new: other)
    #expect(lines.count == PlanDifference.lineLimit + 1)
    #expect(lines.allSatisfy { $0.unicodeScalars.allSatisfy(\.isPlain) })
  }

  @Test func aPlanOfImpossibleLengthIsRefused() throws {
    for duration in [-1.0, 1e300, .infinity] {
      let text = try JSONReport.layOut(["duration_seconds": duration])
      #expect(throws: (any Error).self) {
        try JSONDecoder().decode(RunLimits.self, from: Data(text.utf8))
      }
    }
  }

  @Test func aPlanReadsBackWithItsDigest() throws {
    let text = try JSONReport.layOut(plan)
    #expect(text.contains("\"duration_seconds\": 3600"))
    #expect(text.contains("\"require_undo\": \"guardian\""))
    let read = try JSONDecoder().decode(Plan.self, from: Data(text.utf8))
    #expect(read == plan)
    #expect(try read.digest == plan.digest)
  }
}
