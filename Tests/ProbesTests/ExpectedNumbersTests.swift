import Testing

@testable import Probes

@Suite struct ExpectedNumbersTests {
  @Test func statuses() throws {
    let one: ExpectedHTTPStatus = try read("204")
    #expect(one.contains(204) && !one.contains(200))
    let family: ExpectedHTTPStatus = try read("2xx")
    #expect(family.contains(200) && family.contains(299) && !family.contains(300))
    let range: ExpectedHTTPStatus = try read("200-399")
    #expect(range.contains(399) && !range.contains(400))
    let list: ExpectedHTTPStatus = try read(["200", "3XX"])
    #expect(list.contains(200) && list.contains(301) && !list.contains(201))
    #expect(list.text == "one of 200, 3XX")
  }

  @Test(arguments: ["99", "600", "20", "6xx", "0xx", "399-200", "ok", "-1"])
  func noStatus(text: String) {
    #expect(
      problems(of: ExpectedHTTPStatus.self, .quoted(text)) == [
        "1:10: error: '\(text)' is not a status such as 200, 2xx or [200, 204]"
      ])
  }

  @Test func exits() throws {
    let list: ExpectedExit = try read(["0", "3-5"])
    #expect(list.contains(0) && list.contains(4) && !list.contains(1))
    #expect(
      problems(of: ExpectedExit.self, "2xx") == [
        "1:10: error: '2xx' is not an exit status such as 0, 0-3 or [0, 1]"
      ])
    #expect(
      problems(of: ExpectedExit.self, []) == [
        "1:10: error: expected an exit status such as 0, 0-3 or [0, 1], not a list of 0"
      ])
  }
}
