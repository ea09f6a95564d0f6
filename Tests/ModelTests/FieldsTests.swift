import Testing

@testable import Model

@Suite struct FieldsTests {
  private struct Sample: FieldSection {
    var size: Int
    var name: String?

    init(_ fields: inout Fields) {
      size = fields.required("size", "how large")
      if size > 10 || size < 2 { fields.note("\(size) is out of range", at: "size") }
      name = fields.optional("name", "what it is called")
    }
  }

  private func messages(_ pairs: [(String, String)], unknown: Set<Mark> = []) -> [String] {
    var reading = Reading(file: "x", catalog: .empty)
    reading.unknownPlaces = unknown
    let section = Node(
      .map(
        pairs.enumerated().map { index, pair in
          Node.Pair(
            key: pair.0, keyMark: Mark(line: index + 1, column: 1),
            value: Node(text: pair.1, isQuoted: false, mark: Mark(line: index + 1, column: 9)))
        }))
    let value = Sample.read(section, in: &reading)
    #expect((value == nil) == !reading.problems.isEmpty)
    return reading.problems.map(\.message)
  }

  @Test func aMisspeltFieldIsOneProblemAndNotMissingAsWell() {
    #expect(messages([("sise", "5")]) == ["unknown field 'sise'"])
    #expect(messages([("colour", "5")]) == ["unknown field 'colour'", "missing 'size': how large"])
  }

  @Test func aFieldThatCannotBeReadIsNotJudgedByItsPlaceholder() {
    #expect(messages([("size", "many")]) == ["'many' is not a whole number"])
    #expect(messages([("size", "11")]) == ["11 is out of range"])
  }

  @Test func nothingIsSaidOfWhatIsUnknown() {
    #expect(messages([("size", "${n}")], unknown: [Mark(line: 1, column: 9)]).isEmpty)
  }

  @Test func theSameInitializerDeclaresTheSchema() {
    #expect(Sample.schema.fields.map(\.name) == ["size", "name"])
    #expect(Sample.schema.json["required"] == ["size"])
  }
}

@Suite struct ProblemsTests {
  @Test func theyAreSortedByPlaceAndKeptOnce() {
    func problem(_ line: Int?, _ message: String) -> Problem {
      Problem(file: "x", mark: line.map { Mark(line: $0, column: 1) }, message: message)
    }
    let all = Problems([
      problem(3, "c"), problem(1, "a"), problem(3, "c"), problem(nil, "whole"), problem(1, "b"),
    ]).all
    #expect(all.map(\.message) == ["whole", "a", "b", "c"])
    #expect(all[1].text == "x:1:1: error: a")
  }

  @Test func quotedTextIsShortAndControlsNothing() {
    #expect("a\u{1B}[31m\r\nb\u{202E}c".limited == "a\u{FFFD}[31m  b\u{FFFD}c")
    #expect(String(repeating: "x", count: 81).limited == String(repeating: "x", count: 80) + "…")
    #expect(String(repeating: "x", count: 80).limited == String(repeating: "x", count: 80))
  }
}
