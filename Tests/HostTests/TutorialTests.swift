import FoundationEssentials
import Model
import Testing

extension RealHost {
  @Suite("The tutorial", .needs(.bash))
  struct TutorialTests {
    @Test("does what it says, in less than two minutes, and leaves nothing behind")
    func isTrue() async throws {
      let tutorial = try Tutorial(RepositoryFile.text(of: "docs/tutorial.md"))
      try #require(!tutorial.commands.isEmpty)
      #expect(tutorial.commands.contains { $0.status == Model.ExitStatus.fail.rawValue })
      try await expectNoOtherShop()
      try await Rig.run { rig in
        let session = try await TutorialSession.run(tutorial, in: rig, within: .seconds(100))
        #expect(session.outcomes.count == tutorial.commands.count, "the shell ended early")
        for (command, outcome) in zip(tutorial.commands, session.outcomes) {
          let output = outcome.lines.joined(separator: "\n")
          #expect(
            outcome.status == command.status, "docs/tutorial.md:\(command.line)\n\(output)")
          if let missing = command.firstMissing(in: outcome.lines) {
            Issue.record(
              "docs/tutorial.md:\(missing.line): '\(missing.text)' is not in the output:\n\(output)"
            )
          }
        }
        // The third run is killed, and so writes no record.
        let records = Jenner.records(in: rig).sorted { $0.started < $1.started }
        #expect(records.map(\.verdict) == [.pass, .fail])
        #expect(records.allSatisfy { $0.clean })
      }
    }

    /// The tutorial's selector takes any replica on the machine: another shop would be hit.
    private func expectNoOtherShop() async throws {
      func others() -> [ProcessTable.Entry] {
        ProcessTable.all().filter {
          $0.program == Product.shop.rawValue && $0.arguments.dropFirst().first == "replica"
        }
      }
      let isAlone = await eventually(within: .seconds(10), every: .milliseconds(100)) {
        others().isEmpty
      }
      guard isAlone else { throw AnotherShop(processes: others().map(\.shown)) }
    }
  }
}

/// A shop of somebody else is open on this machine.
private struct AnotherShop: Error, CustomStringConvertible {
  var processes: [String]

  var description: String { "close the other sample-shop first: \(processes)" }
}

@Suite("A tutorial's text")
struct TutorialTextTests {
  @Test("gives commands, their statuses, files and expected output")
  func reading() throws {
    let tutorial = try Tutorial(
      """
      Type this:

      <!-- exit: 2 -->
      ```sh
      false
      exit 2
      ```

      ```text
      one … three
      ```

      <!-- file: a.yaml -->
      ```yaml
      version: 1
      ```

      ```console
      only to be read
      ```
      """)
    #expect(tutorial.steps.count == 2)
    let command = try #require(tutorial.commands.first)
    #expect(command.text == "false\nexit 2\n")
    #expect(command.status == 2)
    #expect(command.line == 4)
    #expect(command.expected.map(\.line) == [10])
    guard case .write("a.yaml", "version: 1\n")? = tutorial.steps.last else {
      Issue.record("the file is missing")
      return
    }
  }

  @Test(
    "is refused where an expectation would be lost",
    arguments: [
      "```sh\nls", "<!-- exit: 1 -->\nwords\n", "```text\nx\n```", "<!-- exit: 1 -->\n```yaml\n```",
    ])
  func malformed(text: String) {
    #expect(throws: Tutorial.Malformed.self) { try Tutorial(text) }
  }

  @Test("expects lines in order, with anything between them and in place of …")
  func output() throws {
    let tutorial = try Tutorial("```sh\nls\n```\n```text\nPASS  … shop\n  report: …/report.md\n```")
    let command = try #require(tutorial.commands.first)
    let good: [Substring] = ["noise", "PASS  the shop", "more", "  report: a/b/report.md"]
    #expect(command.firstMissing(in: good) == nil)
    #expect(command.firstMissing(in: good.reversed())?.line == 6)
    #expect(command.firstMissing(in: ["FAIL  the shop"])?.line == 5)
    #expect(command.firstMissing(in: ["shop PASS  "])?.line == 5)
  }
}
