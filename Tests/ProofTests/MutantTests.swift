import Testing

@testable import proof

@Suite struct MutantTests {
  /// A mutant of code that is no longer there would be killed by nobody, and missed by nobody.
  @Test func everyMutantIsInTheSources() throws {
    let project = String(#filePath.split(separator: "/").dropLast(3).joined(separator: "/"))
    let sources = try Mutant.sources(of: "/" + project)
    for number in 1...Mutant.all.count {
      #expect(sources.values.contains { $0.contains("ActiveMutant.isOn(\(number))") }, "\(number)")
    }
  }

  @Test func aTextThatIsGoneIsAnError() {
    let gone = Mutant("nothing", in: "Unwinding", "no such text", "MUTANT")
    let folder = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    #expect(throws: MutationFailure.self) { try Mutant.sources(of: folder, with: [gone]) }
  }
}
