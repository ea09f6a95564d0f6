import Testing

@testable import Probes

@Suite struct HTTPDateTests {
  /// The example of RFC 9110, and days around leap years, after `date -u +%s`.
  @Test(arguments: [
    ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777),
    ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
    ("Tue, 29 Feb 2000 23:59:59 GMT", 951_868_799),
    ("Wed, 01 Mar 2000 00:00:00 GMT", 951_868_800),
    ("Sun, 28 Feb 2100 12:00:00 GMT", 4_107_499_200),
    ("Mon, 01 Mar 2100 12:00:00 GMT", 4_107_585_600),
  ])
  func known(text: String, seconds: Double) {
    #expect(HTTPDate.seconds(text) == seconds)
  }

  @Test(arguments: [
    "", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
    "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 06 Nov 1994 25:49:37 GMT",
    "Sun, 06 Foo 1994 08:49:37 GMT",
    "Sun, 06 Nov 99999999999999999999 08:49:37 GMT",
  ])
  func refused(text: String) {
    #expect(HTTPDate.seconds(text) == nil)
  }
}
