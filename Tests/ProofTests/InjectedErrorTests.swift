import FoundationEssentials
import Testing

@testable import proof

@Suite struct InjectedErrorTests {
  /// One error stands for several because no program of ours tells them apart.
  @Test func errorsThatStandForEachOtherAreNotToldApart() throws {
    let project = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    let names = InjectedError.alike.map(\.rawValue)
    var count = 0
    for module in ["Agent", "CLinux", "Faults", "Linux", "Model", "jenner-agent"] {
      let folder = "\(project)/Sources/\(module)"
      for path in try FileManager.default.subpathsOfDirectory(atPath: folder)
      where path.hasSuffix(".swift") || path.hasSuffix(".c") {
        count += 1
        for line in try SourceFile.read("\(folder)/\(path)").split(separator: "\n") {
          let isComparison =
            line.contains("==") || line.contains("!=") || line.contains("case ")
          let named = names.filter { line.contains($0) }
          #expect(!isComparison || named.isEmpty, "\(path): \(line)")
        }
      }
    }
    #expect(count > 50)
  }

  @Test func everyErrorIsTriedSomewhere() {
    let tried = (1...4).flatMap { number in
      InjectedError.distinct(at: CallPoint(name: "openat", occurrence: number, edge: .entry))
    }
    #expect(Set(tried) == Set(InjectedError.allCases))
  }

  @Test func aCallThatCanNotWaitIsNotInterrupted() {
    let errors = InjectedError.distinct(at: CallPoint(name: "prctl", occurrence: 1, edge: .entry))
    #expect(!errors.contains(.interrupted) && errors.contains(.notPermitted))
  }
}
