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
      if scalar.isForbidden, noted < 10 {
        let code = String(scalar.value, radix: 16, uppercase: true)
        let number = String(repeating: "0", count: max(0, 4 - code.count)) + code
        reading.note(
          "a control character (U+\(number))", at: mark,
          cure: "remove it, or write it as an escape in double quotes")
        noted += 1
      }
      mark.advance(over: scalar)
    }
  }

  /// Notes directives, explicit keys and aliases as keys.
  ///
  /// libyaml compares each tag directive with all before it, and Yams hashes every key with all that
  /// is under it, through aliases too: a few hundred bytes could keep a processor busy for hours.
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
      if let column = Self.aliasAsKey(in: scalars) {
        reading.note(
          "an alias can't be a key, or a part of one",
          at: Mark(line: index + 1, column: column + 1),
          cure: "write the key out, or quote the text")
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

  /// Where an alias stands that a colon follows, at once or after the bracket that closes over it.
  private static func aliasAsKey(in line: [Unicode.Scalar]) -> Int? {
    line.indices.first { index in
      guard line[index] == "*", index == 0 || line[index - 1].mayPrecedeToken,
        index + 1 < line.count, line[index + 1].isAnchorCharacter
      else { return false }
      let rest = line[(index + 1)...].drop(while: \.isAnchorCharacter)
      if rest.first(where: { !$0.isBlank }) == ":" { return true }
      return rest.indices.contains { at in
        (rest[at] == "]" || rest[at] == "}")
          && rest[(at + 1)...].first { !$0.isBlank } == ":"
      }
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

  fileprivate var mayPrecedeToken: Bool { isBlank || "[{,:?-".unicodeScalars.contains(self) }

  fileprivate var isAnchorCharacter: Bool {
    isASCII && (properties.isAlphabetic || ("0"..."9").contains(self) || self == "-" || self == "_")
  }

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
