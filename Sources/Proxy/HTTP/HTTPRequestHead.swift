/// The head of a request: RFC 9112, sections 2 and 3.
struct HTTPRequestHead {
  let method: String
  /// The target without scheme, authority and query.
  let path: String
  let fields: HTTPFields
  let framing: HTTPFraming
  let bytes: ArraySlice<UInt8>

  private static let longestMethod = 32

  /// Reads a whole head; nil if it is none of HTTP/1.0 or 1.1.
  init?(_ bytes: ArraySlice<UInt8>) {
    guard let end = bytes.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
    let words = bytes[...end].withoutLineEnd.split(
      separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
    guard words.count == 3, Self.mayBegin(bytes), !words[1].isEmpty,
      words[1].allSatisfy({ $0 > 0x20 && $0 != 0x7f }),
      words[2].elementsEqual("HTTP/1.1".utf8) || words[2].elementsEqual("HTTP/1.0".utf8),
      let fields = HTTPFields(bytes[(end + 1)...]), let framing = HTTPFraming(ofRequest: fields)
    else { return nil }
    method = String(decoding: words[0], as: UTF8.self)
    path = Self.path(of: String(decoding: words[1], as: UTF8.self))
    self.fields = fields
    self.framing = framing
    self.bytes = bytes
  }

  /// Whether what is there of a request line can be one: a method in capitals, and a space.
  ///
  /// So that nobody has to wait for the rest of a line in a protocol that has no lines.
  static func mayBegin(_ bytes: ArraySlice<UInt8>) -> Bool {
    let method = bytes.prefix { $0 != UInt8(ascii: " ") }
    return method.count <= longestMethod && method.first != UInt8(ascii: "-")
      && (!method.isEmpty || bytes.isEmpty)
      && method.allSatisfy {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) || $0 == UInt8(ascii: "-")
      }
  }

  /// Whether the answer may end HTTP on this connection.
  var asksForOtherProtocol: Bool { method == "CONNECT" || !fields.values(of: "upgrade").isEmpty }

  private static func path(of target: String) -> String {
    var path = target[...]
    if !path.hasPrefix("/"), let scheme = path.firstRange(of: "://") {
      path = path[scheme.upperBound...].drop { $0 != "/" && $0 != "?" }
      if !path.hasPrefix("/") { path = "/" + path }
    }
    return String(path.prefix { $0 != "?" && $0 != "#" })
  }
}
