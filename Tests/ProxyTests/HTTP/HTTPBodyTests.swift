import Testing

@testable import Proxy

@Suite struct HTTPBodyTests {
  private func length(of framing: HTTPFraming, in text: String, pieces: Int) -> (Int, HTTPBody) {
    var body = HTTPBody(framing)
    let bytes = Array(text.utf8)
    var total = 0
    var start = 0
    while start < bytes.count {
      let end = min(start + pieces, bytes.count)
      let count = body.consume(bytes[start..<end])
      total += count
      if count < end - start { break }
      start = end
    }
    return (total, body)
  }

  @Test(arguments: [1, 2, 3, 1000])
  func theEndIsFoundHoweverBytesCome(pieces: Int) {
    let next = "GET / HTTP/1.1\r\n\r\n"
    let bodies: [(HTTPFraming, String)] = [
      (.length(5), "hello"),
      (.chunked, "5\r\nhello\r\n0\r\n\r\n"),
      (.chunked, "5;name=value\r\nhello\r\nA\r\n0123456789\r\n0\r\nTrailer: yes\r\n\r\n"),
      (.chunked, "0\r\n\r\n"),
      (.chunked, "00005\nhello\n0\n\n"),
    ]
    for (framing, text) in bodies {
      let (count, body) = length(of: framing, in: text + next, pieces: pieces)
      #expect(count == text.utf8.count, "\(text)")
      #expect(body.isComplete)
    }
  }

  @Test func nothingIsABodyOfNoLength() {
    #expect(HTTPBody(.length(0)).isComplete)
  }

  @Test func aBodyThatEndsWithTheConnectionTakesEverything() {
    let (count, body) = length(of: .untilClose, in: "anything\r\n\r\n", pieces: 3)
    #expect(count == 12)
    #expect(!body.isComplete)
  }

  @Test(arguments: [
    "x\r\n", "\r\n", "-5\r\nhello", "+5\r\nhello", "5\r\nhelloX\r\n", "1234567890abcdef0\r\n",
    "ffffffffffffffff\r\n", String(repeating: "5", count: 5000),
  ])
  func rubbishIsNoChunk(text: String) {
    #expect(length(of: .chunked, in: text, pieces: 1).1.isInvalid)
  }

  @Test func trailersHaveALimit() {
    let trailer = "A: \(String(repeating: "b", count: 1000))\r\n"
    let text = "0\r\n" + String(repeating: trailer, count: 40)
    #expect(length(of: .chunked, in: text, pieces: 100).1.isInvalid)
  }
}
