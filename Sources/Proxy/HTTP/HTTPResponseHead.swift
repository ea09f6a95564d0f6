/// The head of an answer: RFC 9112, section 4.
struct HTTPResponseHead {
  /// `HTTP/1.1` or `HTTP/1.0`.
  let version: String
  let status: Int
  /// The status line's last part.
  let reason: String
  let fields: HTTPFields
  let framing: HTTPFraming
  let bytes: ArraySlice<UInt8>

  /// Reads a whole head of an answer to this method; nil if it is none.
  init?(_ bytes: ArraySlice<UInt8>, to method: String) {
    guard Self.mayBegin(bytes), let end = bytes.firstIndex(of: UInt8(ascii: "\n")) else {
      return nil
    }
    let line = bytes[...end].withoutLineEnd
    let words = line.split(
      separator: UInt8(ascii: " "), maxSplits: 2, omittingEmptySubsequences: false)
    guard words.count >= 2, words[0].count == 8, words[1].count == 3,
      let status = Int(String(decoding: words[1], as: UTF8.self)), 100...599 ~= status,
      let fields = HTTPFields(bytes[(end + 1)...]),
      let framing = HTTPFraming(ofStatus: status, to: method, fields)
    else { return nil }
    version = String(decoding: words[0], as: UTF8.self)
    self.status = status
    reason = words.count > 2 ? String(decoding: words[2], as: UTF8.self) : ""
    self.fields = fields
    self.framing = framing
    self.bytes = bytes
  }

  /// Whether what is there of a status line can be one.
  static func mayBegin(_ bytes: ArraySlice<UInt8>) -> Bool {
    let known = Array("HTTP/1.".utf8)
    guard bytes.prefix(known.count).elementsEqual(known.prefix(bytes.count)) else { return false }
    guard let minor = bytes.dropFirst(known.count).first else { return true }
    return minor == UInt8(ascii: "1") || minor == UInt8(ascii: "0")
  }

  /// Whether messages of a status never have a body: RFC 9110, section 6.4.1.
  static func isBodiless(_ status: Int) -> Bool { status < 200 || status == 204 || status == 304 }
}
