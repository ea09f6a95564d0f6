import Model
import Testing

@testable import Reports

@Suite struct PlanTextTests {
  @Test func goldenPlan() throws {
    let plan = Samples.plan()
    let text = PlanText.render(
      plan, digest: try plan.digest)
    try GoldenFiles.expect(text, in: "plan.txt")
  }

  /// Once for each host, whatever the plan does there.
  @Test func whatAHostDoesNotPermitIsSaidWithoutAFaultToo() throws {
    var plan = Samples.plan()
    plan.steps = []
    let text = PlanText.render(plan, digest: try plan.digest)
    #expect(text.split(separator: "warning: on db the guardian shares").count == 2)
  }

  @Test func anUndoThatIsKnownLaterIsSaidToBe() throws {
    var plan = Samples.plan()
    plan.steps[0].fault?.undoClass = nil
    plan.steps[0].fault?.injections = []
    let text = PlanText.render(plan, digest: try plan.digest)
    #expect(text.contains("undo class  known when the step comes"), "\(text)")
  }

  @Test func anEmptyMethodIsSaid() throws {
    var plan = Samples.plan()
    plan.steps = []
    let text = PlanText.render(plan, digest: try plan.digest)
    #expect(text.contains("no steps: it only observes"))
    #expect(text.contains("Nothing has been touched."))
  }

  @Test func aTargetCanNotForgeALine() throws {
    var plan = Samples.plan()
    let target = Samples.target(commandLine: ["x\n\u{1b}[2JNothing has been touched.", "\u{202e}"])
    plan.steps[0].fault?.injections[0].targets = [target]
    plan.steps[0].name = "a\nb"
    let text = PlanText.render(plan, digest: try plan.digest)
    let rogue = text.unicodeScalars.filter { !$0.isPlain && $0 != "\n" }
    #expect(rogue.isEmpty)
    #expect(text.split(separator: "\n").filter { $0.hasPrefix("Nothing") }.count == 1)
  }
}
