/// The field lines of a message of HTTP/1.1, as they were sent: RFC 9112, section 5.
struct HTTPFields {
  struct Line {
    /// In lower case.
    var name: String
    var value: String
    /// All of it, with the end of the line.
    var bytes: ArraySlice<UInt8>
  }

  var lines: [Line] = []

  /// The most lines of a head.
  private static let most = 256

  /// Reads lines up to the empty one; nil if one is no field line, or there are too many.
  init?(_ bytes: ArraySlice<UInt8>) {
    var rest = bytes
    while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
      let line = rest[...end]
      rest = rest[(end + 1)...]
      let text = line.withoutLineEnd
      if text.isEmpty { return }
      guard lines.count < Self.most, let colon = text.firstIndex(of: UInt8(ascii: ":")),
        colon > text.startIndex, text[..<colon].allSatisfy({ $0 > 0x20 && $0 < 0x7f }),
        !text.contains(0)
      else { return nil }
      let name = String(decoding: text[..<colon], as: UTF8.self).lowercased()
      let value = String(decoding: text[(colon + 1)...].trimmed, as: UTF8.self)
      lines.append(Line(name: name, value: value, bytes: line))
    }
    return nil
  }

  /// All values of a name, which is in lower case.
  func values(of name: String) -> [String] {
    lines.filter { $0.name == name }.map(\.value)
  }

  /// Whether a list of values has a word; words of these lists are not case-sensitive.
  func has(_ word: String, in name: String) -> Bool {
    values(of: name).contains { value in
      value.lowercased().split(separator: ",").contains {
        $0.drop { $0 == " " || $0 == "\t" }.prefix { $0 != " " && $0 != "\t" } == word
      }
    }
  }
}

extension ArraySlice<UInt8> {
  /// The line without CR LF, or without LF alone, which a reader may accept: RFC 9112, section 2.2.
  var withoutLineEnd: ArraySlice<UInt8> {
    var line = self
    if line.last == UInt8(ascii: "\n") { line.removeLast() }
    if line.last == UInt8(ascii: "\r") { line.removeLast() }
    return line
  }

  fileprivate var trimmed: ArraySlice<UInt8> {
    let isBlank = { (byte: UInt8) in byte == 0x20 || byte == 0x09 }
    var slice = drop(while: isBlank)
    while let last = slice.last, isBlank(last) { slice.removeLast() }
    return slice
  }
}
