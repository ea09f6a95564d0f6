/// How the end of a message's body is known: RFC 9112, section 6.3.
enum HTTPFraming: Equatable {
  case length(Int)
  case chunked
  /// With the end of the connection.
  case untilClose

  /// The framing of a request; nil if its head contradicts itself.
  init?(ofRequest fields: HTTPFields) {
    guard let declared = Self.declared(by: fields) else { return nil }
    // A request without either has no body, and can't end with the connection.
    self = declared ?? .length(0)
    if self == .untilClose { return nil }
  }

  /// The framing of an answer; nil if its head contradicts itself.
  init?(ofStatus status: Int, to method: String, _ fields: HTTPFields) {
    guard let declared = Self.declared(by: fields) else { return nil }
    if method == "HEAD" || HTTPResponseHead.isBodiless(status) {
      self = .length(0)
    } else {
      self = declared ?? .untilClose
    }
  }

  /// What the fields declare, which may be nothing; nil where two readers could read two things.
  private static func declared(by fields: HTTPFields) -> HTTPFraming?? {
    let codings = fields.values(of: "transfer-encoding")
    let lengths = fields.values(of: "content-length")
    if !codings.isEmpty {
      guard lengths.isEmpty, codings.count == 1 else { return nil }
      let last = codings[0].lowercased().split { $0 == "," || $0 == " " || $0 == "\t" }.last
      return last == "chunked" ? .some(.chunked) : .some(.untilClose)
    }
    guard let length = lengths.first else { return .some(nil) }
    guard lengths.allSatisfy({ $0 == length }), length.utf8.count <= 18,
      !length.isEmpty, length.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }),
      let number = Int(length)
    else { return nil }
    return .some(.length(number))
  }
}
