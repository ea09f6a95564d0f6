import Model
import Testing

@Suite struct QdiscStatisticsTests {
  /// As iproute2 6.1 prints it, of a token bucket through which packets went.
  private let printed = """
    [{"kind":"tbf","handle":"c0de:","dev":"ifb7","root":true,"refcnt":2,
      "options":{"rate":125000,"burst":3028,"lat":400000},"bytes":5432,"packets":17,"drops":3,
      "overlimits":9,"requeues":0,"backlog":1514,"qlen":1},
     {"kind":"tbf","handle":"1:","parent":"c0de:1","options":{"limit":1000}}]
    """

  @Test func countersAreRead() throws {
    let list = try #require(QdiscStatistics.list(from: printed))
    #expect(list.count == 2)
    #expect(list[0].kind == "tbf" && list[0].handle == "c0de:" && list[0].device == "ifb7")
    #expect(list[0].packets == 17 && list[0].bytes == 5_432 && list[0].drops == 3)
    #expect(list[0].overlimits == 9)
    #expect(list[0].backlogBytes == 1_514 && list[0].backlogPackets == 1)
    #expect(list[0].options["rate"] == 125_000)
    #expect(list[1].parent == "c0de:1" && list[1].packets == 0)
  }

  @Test(arguments: [
    ("", 0), (" \n", 0), ("[]", 0), (#"[{"handle":"1:"}, 7, null]"#, 0),
    (#"[{"kind":"x","bytes":-1,"packets":1e300,"drops":"3","new":{}}]"#, 1),
  ]) func whatIsMissingOrOddIsNothing(text: String, count: Int) throws {
    let list = try #require(QdiscStatistics.list(from: text))
    #expect(list.count == count)
    #expect(list.allSatisfy { $0.bytes == 0 && $0.packets == 0 && $0.drops == 0 })
  }

  @Test(arguments: ["{", "{}", "Error: x", "7"]) func whatIsNoListIsNone(text: String) {
    #expect(QdiscStatistics.list(from: text) == nil)
  }
}
