import Model
import Testing

@testable import ExperimentFile

@Suite struct NewExperimentTests {
  @Test(arguments: ["process.pause", "network.latency"])
  func itPassesItsOwnValidation(kind: String) throws {
    let text = try NewExperiment.text(fault: kind, catalog: catalog)
    #expect(problems(text, purpose: .validation).isEmpty)
    #expect(problems(text).isEmpty)
    #expect(try read(text).experiment.steps.compactMap(\.fault?.kind) == [kind])
    #expect(text.hasPrefix("# yaml-language-server: $schema="))
  }

  @Test func aTitleMayHoldAnything() throws {
    for title in ["a: b", #"say "hi" \ {x} # y"#, "two\nlines", "$${x}"] {
      let text = try NewExperiment.text(title: title, catalog: catalog)
      let expected = title == "$${x}" ? "${x}" : title
      #expect(try read(text).experiment.title == expected)
    }
  }

  @Test func anUnknownKindIsRefused() {
    #expect(throws: Refusal("unknown fault 'proces.pause'", cure: "did you mean 'process.pause'?"))
    {
      try NewExperiment.text(fault: "proces.pause", catalog: catalog)
    }
  }
}
