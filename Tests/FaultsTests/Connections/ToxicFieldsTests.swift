import Model
import Testing

@testable import Faults

/// What no proxy can do is a mistake of the file, found before any host is asked.
@Suite("The fields of faults on connections") struct ToxicFieldsTests {
  @Test(
    "name what can't be",
    arguments: [
      ("http.abort", ["status": 99], "status 99 is not from 200 to 599"),
      ("http.delay", ["delay": "1s", "method": "NO WAY"], "is no method"),
      ("http.abort", ["method": "get"], "the method 'get' is none"),
      ("http.replace", ["headers": ["content-length": "1"]], "frames the message"),
      ("http.replace", ["headers": ["a b": "1"]], "is no name of a header"),
      ("connection.slice", ["size": "10B", "variation": "10B"], "less than its average size"),
    ] as [(String, JSON, String)])
  func mistakes(_ kind: String, _ parameters: JSON, _ words: String) throws {
    let type = try #require(Faults.all.first { $0.name == kind })
    let problems = read(type, parameters).problems
    #expect(problems.contains { $0.message.contains(words) }, "\(problems)")
  }
}
