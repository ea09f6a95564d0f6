/// Stand-ins of the same length for pieces of a text that the parser would refuse.
///
/// Yams gives up at the first repeated key, with the place of the first of the two; it hashes what
/// aliases stand for, so that a few hundred bytes could keep a processor busy for hours; and libyaml
/// refuses JSON's surrogate pairs. All are parsed with characters of the private use area in their
/// place, which `SourceText` keeps out of files, and are restored in the parsed tree, so that every
/// place stays what it was.
struct StandIns {
  /// What each character of the private use area stands for.
  private var originals: [Unicode.Scalar: String] = [:]

  private static let first: UInt32 = 0xE000
  /// Fills a stand-in up to the length of its original, and restores to nothing.
  private static let filler: Unicode.Scalar = "\u{F8FF}"
  /// Stands for every asterisk, so that the parser sees no alias.
  private static let asterisk: Unicode.Scalar = "\u{F8FE}"

  /// Replaces every asterisk.
  func replaceAsterisks(in text: inout String) {
    var scalars = String.UnicodeScalarView()
    for scalar in text.unicodeScalars { scalars.append(scalar == "*" ? Self.asterisk : scalar) }
    text = String(scalars)
  }

  /// The name of the anchor, if a scalar without quotation marks is an alias.
  func alias(_ text: String) -> String? {
    guard text.unicodeScalars.first == Self.asterisk else { return nil }
    return String(restored(text).dropFirst())
  }

  /// Replaces every occurrence of some keys as words; each gets a stand-in of its own.
  ///
  /// - Returns: whether each key could be replaced somewhere.
  mutating func replace(_ keys: [String], in text: inout String) -> Bool {
    let wanted = Set(keys)
    var replaced: Set<String> = []
    var result = String.UnicodeScalarView()
    let scalars = Array(text.unicodeScalars)
    var index = 0
    while index < scalars.count {
      var end = index
      while end < scalars.count, scalars[end].isWord { end += 1 }
      guard end > index else {
        result.append(scalars[index])
        index += 1
        continue
      }
      let word = String(String.UnicodeScalarView(scalars[index..<end]))
      // An anchor, alias, tag or escape is no key.
      let isSigil = index > 0 && "&*!\\".unicodeScalars.contains(scalars[index - 1])
      if !isSigil, wanted.contains(word), let standIn = add(word) {
        replaced.insert(word)
        result.append(standIn)
        result.append(contentsOf: repeatElement(Self.filler, count: end - index - 1))
      } else {
        result.append(contentsOf: scalars[index..<end])
      }
      index = end
    }
    text = String(result)
    return replaced == wanted
  }

  /// Replaces the surrogate pairs of a JSON text's escapes.
  mutating func replaceSurrogatePairs(in text: inout String) {
    guard text.contains(#"\u"#) else { return }
    let bytes = Array(text.utf8)
    var result: [UInt8] = []
    var index = 0
    while index < bytes.count {
      guard bytes[index] == UInt8(ascii: "\\") else {
        result.append(bytes[index])
        index += 1
        continue
      }
      if let high = Self.escape(in: bytes, at: index), (0xD800..<0xDC00).contains(high),
        let low = Self.escape(in: bytes, at: index + 6), (0xDC00..<0xE000).contains(low),
        let scalar = Unicode.Scalar(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00)),
        let standIn = add(String(Character(scalar)))
      {
        result += Array("\\u\(String(standIn.value, radix: 16))\\uf8ff".utf8)
        index += 12
      } else {
        // An escape of two characters at least: the second never starts another.
        result += bytes[index..<min(index + 2, bytes.count)]
        index += 2
      }
    }
    text = String(decoding: result, as: UTF8.self)
  }

  /// The text with every original back in its place.
  func restored(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars where scalar != Self.filler {
      if scalar == Self.asterisk {
        result.append("*")
      } else if let original = originals[scalar] {
        result.append(contentsOf: original.unicodeScalars)
      } else {
        result.append(scalar)
      }
    }
    return String(result)
  }

  private mutating func add(_ original: String) -> Unicode.Scalar? {
    guard let standIn = Unicode.Scalar(Self.first + UInt32(originals.count)),
      standIn.value < Self.asterisk.value
    else { return nil }
    originals[standIn] = original
    return standIn
  }

  /// The code unit of `\uXXXX` at an index.
  private static func escape(in bytes: [UInt8], at index: Int) -> UInt32? {
    guard index + 6 <= bytes.count, bytes[index] == UInt8(ascii: "\\"),
      bytes[index + 1] == UInt8(ascii: "u")
    else { return nil }
    return UInt32(String(decoding: bytes[(index + 2)..<(index + 6)], as: UTF8.self), radix: 16)
  }
}

extension Unicode.Scalar {
  fileprivate var isWord: Bool {
    properties.isAlphabetic || properties.numericType != nil || self == "_" || self == "-"
      || self == "."
  }
}
