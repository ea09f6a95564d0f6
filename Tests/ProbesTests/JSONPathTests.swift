import Model
import Testing

@testable import Probes

@Suite struct JSONPathTests {
  private static let document: JSON = [
    "a": ["b": [["c": 7], ["c": "x"]]],
    "labels": ["app.kubernetes.io/name": "shop"],
    "list": [[1, 2], [3]],
  ]

  @Test(arguments: [
    ("a.b[0].c", JSON.integer(7)),
    ("a.b[1].c", "x"),
    (#"labels["app.kubernetes.io/name"]"#, "shop"),
    ("labels['app.kubernetes.io/name']", "shop"),
    ("list[0][1]", 2),
  ])
  func found(text: String, value: JSON) throws {
    #expect(try #require(JSONPath(text)).value(in: Self.document) == value)
  }

  @Test(arguments: ["a.x", "a.b[2]", "a.b.c", "a[0]", "list[0][1].z", "nothing"])
  func missing(text: String) throws {
    #expect(try #require(JSONPath(text)).value(in: Self.document) == nil)
  }

  @Test func arraysAtTheTop() throws {
    #expect(try #require(JSONPath("[1].a")).value(in: [1, ["a": true]]) == true)
  }

  @Test(arguments: ["", ".a", "a.", "a..b", "a[", "a[]", "a[-1]", "a[x]", "a]b", "a['b]", "a'b"])
  func refused(text: String) {
    #expect(JSONPath(text) == nil)
  }

  @Test func tooDeep() {
    #expect(JSONPath(String(repeating: "[0]", count: Limits.nestingDepth)) != nil)
    #expect(JSONPath(String(repeating: "[0]", count: Limits.nestingDepth + 1)) == nil)
  }

  @Test func expectedScalars() throws {
    let expected: ExpectedJSON = try read(
      ["a.b[0].c": "7.0", "labels['app.kubernetes.io/name']": .quoted("shop")])
    #expect(expected.complaint(about: Self.document) == nil)
    #expect(
      try read(["a.b[1].c": "7"], as: ExpectedJSON.self).complaint(about: Self.document)
        == #"json 'a.b[1].c' is "x", expected 7"#)
    #expect(
      try read(["gone": "null"], as: ExpectedJSON.self).complaint(about: Self.document)
        == "json 'gone' is missing")
    #expect(
      try read(["gone": "null"], as: ExpectedJSON.self).complaint(about: ["gone": .null]) == nil)
    #expect(
      try read(["a.b[0].c": .quoted("7")], as: ExpectedJSON.self).complaint(about: Self.document)
        == #"json 'a.b[0].c' is 7, expected "7""#)
  }

  @Test func expectedScalarsAreRead() {
    let found = problems(
      of: ExpectedJSON.self, ["a..b": "1", "c": ["d": "2"], "e": .secret("token")])
    #expect(
      found == [
        "1:1: error: 'a..b' is not a path into JSON such as 'data.items[0].count'",
        "2:10: error: expected a single value, not a section; name a path for each value inside it",
        "4:10: error: a secret may not stand here: failures show what was expected",
      ])
  }
}
