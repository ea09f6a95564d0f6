internal import Model

/// The text of a file: UTF-8 without control characters, and without the parts of YAML that no
/// experiment needs and that cost time out of proportion.
struct SourceText {
  let text: String

  /// Decodes the bytes, or notes why they are no text.
  init?(_ bytes: [UInt8], in reading: inout Reading) {
    let before = reading.problems.count
    let isMarked = bytes.starts(with: [0xEF, 0xBB, 0xBF])
    let bytes = isMarked ? bytes.dropFirst(3) : bytes[...]
    guard let text = String(validating: bytes, as: UTF8.self) else {
      reading.note(
        "not UTF-8: the byte here belongs to no character", at: Self.firstInvalid(in: bytes),
        cure: "save the file as UTF-8")
      return nil
    }
    self.text = text
    guard text.unicodeScalars.contains(where: { !$0.properties.isWhitespace }) else {
      reading.note(
        "the file is empty", at: nil, cure: "'jenner new' prints an experiment to start from")
      return nil
    }
    noteControlCharacters(in: &reading)
    notePrivateEscapes(in: &reading)
    noteDepth(in: &reading)
    noteRefusedSyntax(in: &reading)
    guard reading.problems.count == before else { return nil }
  }

  /// The lines, without their ends.
  var lines: [Substring] {
    text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
  }

  private static func firstInvalid(in bytes: ArraySlice<UInt8>) -> Mark {
    var mark = Mark(line: 1, column: 1)
    var iterator = bytes.makeIterator()
    var decoder = UTF8.ForwardParser()
    while case .valid(let encoded) = decoder.parseScalar(from: &iterator) {
      mark.advance(over: UTF8.decode(encoded))
    }
    return mark
  }

  private func noteControlCharacters(in reading: inout Reading) {
    var mark = Mark(line: 1, column: 1)
    var noted = 0
    for scalar in text.unicodeScalars {
      if scalar.isForbidden || scalar.isPrivate, noted < 10 {
        let code = String(scalar.value, radix: 16, uppercase: true)
        let number = String(repeating: "0", count: max(0, 4 - code.count)) + code
        let kind = scalar.isPrivate ? "private use" : "control"
        reading.note("a \(kind) character (U+\(number))", at: mark, cure: "remove it")
        noted += 1
      }
      mark.advance(over: scalar)
    }
  }

  /// Notes escapes of private use characters, which are kept for `StandIns`.
  private func notePrivateEscapes(in reading: inout Reading) {
    for piece in text.split(separator: "\\u").dropFirst() {
      if let code = UInt32(piece.prefix(4), radix: 16), let scalar = Unicode.Scalar(code),
        scalar.isPrivate
      {
        reading.note("an escape of a private use character", at: nil, cure: "remove it")
        return
      }
    }
  }

  /// Notes brackets that are nested far too deeply, since libyaml looks at every open one for each
  /// token.
  ///
  /// Brackets in text count as well; but a text with so many that nothing closes is no experiment.
  private func noteDepth(in reading: inout Reading) {
    var mark = Mark(line: 1, column: 1)
    var depth = 0
    for scalar in text.unicodeScalars {
      if scalar == "[" || scalar == "{" { depth += 1 }
      if scalar == "]" || scalar == "}" { depth = max(0, depth - 1) }
      if depth > 2 * Limits.nestingDepth {
        reading.note("nested too deeply", at: mark, cure: "close brackets, or nest less")
        return
      }
      mark.advance(over: scalar)
    }
  }

  /// Notes directives and explicit keys.
  ///
  /// libyaml compares each tag directive with all before it, and Yams hashes every key with all that
  /// is under it, which takes the square of the file's size where keys hold keys.
  private func noteRefusedSyntax(in reading: inout Reading) {
    for (index, line) in lines.enumerated() {
      let scalars = Array(line.unicodeScalars)
      guard let start = scalars.firstIndex(where: { $0 != " " && $0 != "\t" }),
        scalars[start] != "#"
      else { continue }
      if scalars[0] == "%", line != "%YAML 1.2" {
        reading.note(
          "a directive of YAML, which no experiment needs", at: Mark(line: index + 1, column: 1),
          cure: "leave it out, or quote the text")
      }
      if let column = Self.explicitKey(in: scalars) {
        reading.note(
          "a key after '? ', which no experiment needs",
          at: Mark(line: index + 1, column: column + 1),
          cure: "write 'key: value', or quote the text")
      }
    }
  }

  /// Where a question mark stands as an indicator.
  private static func explicitKey(in line: [Unicode.Scalar]) -> Int? {
    line.indices.first { index in
      guard line[index] == "?", index + 1 == line.count || line[index + 1].isBlank else {
        return false
      }
      let before = line[..<index].last { !$0.isBlank }
      guard let before else { return true }
      // After a dash or another question mark it is an indicator only if those are.
      if before == "-" || before == "?" {
        return line[..<index].allSatisfy { $0.isBlank || $0 == "-" || $0 == "?" }
      }
      return before == "{" || before == "[" || before == ","
    }
  }
}

extension Mark {
  /// Goes past a character, as libyaml and editors count.
  fileprivate mutating func advance(over scalar: Unicode.Scalar) {
    // A carriage return belongs to the line feed after it.
    if scalar == "\n" || scalar == "\u{85}" || scalar == "\u{2028}" || scalar == "\u{2029}" {
      line += 1
      column = 1
    } else if scalar != "\r" {
      column += 1
    }
  }
}

extension Unicode.Scalar {
  fileprivate var isBlank: Bool { self == " " || self == "\t" }

  /// Whether Unicode gives it no meaning, and `StandIns` does.
  fileprivate var isPrivate: Bool { (0xE000...0xF8FF).contains(value) }

  /// Whether YAML forbids the character outside of escapes.
  fileprivate var isForbidden: Bool {
    switch value {
    case 0x09, 0x0A, 0x0D, 0x20...0x7E, 0x85, 0xA0...0xD7FF, 0xE000...0xFEFE, 0xFF00...0xFFFD,
      0x10000...0x10FFFF:
      false
    default: true
    }
  }
}
