import Testing

@testable import Model

@Suite struct DurationTextTests {
  @Test(arguments: [
    ("300ms", 0.3), ("1.5s", 1.5), ("5m", 300), ("1h30m", 5400), ("2d", 172_800), ("10us", 1e-5),
    ("10µs", 1e-5), ("7ns", 7e-9), ("1m1s", 61), ("0s", 0),
  ])
  func reads(text: String, seconds: Double) throws {
    #expect(try #require(Duration(text: text)).seconds == seconds)
  }

  @Test(arguments: ["", "5", "s", "5 s", "-5s", "5x", "1e3s", "ms5", "99999999999d", "1..5s"])
  func refuses(text: String) {
    #expect(Duration(text: text) == nil)
  }

  @Test(arguments: ["300ms", "1.5s", "5m", "1h30m", "2d", "10us", "7ns", "1m1s", "0s", "1d1s"])
  func textReadsBack(text: String) throws {
    let duration = try #require(Duration(text: text))
    #expect(Duration(text: duration.text) == duration)
  }

  @Test func briefForAReader() {
    #expect(Duration.microseconds(153_421).brief == "153 ms")
    #expect(Duration.milliseconds(1_500).brief == "1.5 s")
    #expect(Duration.seconds(150).brief == "2m30s")
    #expect(Duration.zero.brief == "0 s")
  }

  @Test func significantDigits() {
    #expect(0.123456.significant(3) == "0.123")
    #expect(99.94.significant(3) == "99.9")
    #expect(1234.0.significant(3) == "1234")
    #expect(100.0.significant(6) == "100")
    #expect((-0.05).significant(2) == "-0.05")
  }
}
