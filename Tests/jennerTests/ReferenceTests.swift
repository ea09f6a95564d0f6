import FoundationEssentials
import Model
import Testing

@testable import jenner

/// The reference pages in docs/reference, written by the code.
///
/// `JENNER_UPDATE_GOLDEN=1 swift test --filter jennerTests` writes them anew.
@Suite("The reference")
struct ReferenceTests {
  @Test("of faults and probes is what the code says of itself", arguments: ["faults", "probes"])
  func isCurrent(name: String) throws {
    let text =
      name == "faults"
      ? KindDescription.faultReference(of: .builtIn)
      : KindDescription.probeReference(of: .builtIn)
    let path = Repository.path("docs/reference/\(name).md")
    if ProcessInfo.processInfo.environment["JENNER_UPDATE_GOLDEN"] == "1" {
      try Data(text.utf8).write(to: URL(filePath: path))
    }
    let page = try Repository.text(of: "docs/reference/\(name).md")
    let lines = zip(
      page.split(separator: "\n", omittingEmptySubsequences: false),
      text.split(separator: "\n", omittingEmptySubsequences: false))
    for (number, line) in lines.enumerated() where line.0 != line.1 {
      Issue.record("docs/reference/\(name).md:\(number + 1) should be: \(line.1)")
      return
    }
    #expect(page == text, "docs/reference/\(name).md ends differently")
  }

  @Test("names every kind, its fields and its examples")
  func isComplete() {
    let faults = KindDescription.faultReference(of: .builtIn)
    let probes = KindDescription.probeReference(of: .builtIn)
    for (page, kinds) in [
      (faults, KindDescription.faults(of: .builtIn)),
      (probes, KindDescription.probes(of: .builtIn)),
    ] {
      #expect(!kinds.isEmpty)
      for kind in kinds {
        #expect(page.contains("\n## \(kind.name)\n"))
        #expect(kind.fields.allSatisfy { page.contains("| `\($0.name)` |") })
        #expect(kind.examples.allSatisfy { page.contains($0.text) })
      }
    }
  }
}
