extension Unicode.Scalar {
  /// Whether the scalar only shows itself: no control, no invisible format or bidirectional
  /// character (UAX #9, "Trojan Source", CVE-2021-42574), no line or paragraph separator.
  var isPlain: Bool {
    if value < 0x7f { return value >= 0x20 }
    switch properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse,
      .unassigned:
      return false
    default:
      // Fillers and variation selectors are letters and marks by category, and yet invisible.
      return !properties.isDefaultIgnorableCodePoint
    }
  }

  /// Whether the scalar is drawn over the one before it.
  var isMark: Bool {
    guard value >= 0x300 else { return false }
    switch properties.generalCategory {
    case .nonspacingMark, .enclosingMark: return true
    default: return false
    }
  }
}

extension String {
  /// The text as one line that can't act on a terminal, an editor or a neighbouring line.
  ///
  /// What does not show itself is written as a Swift escape, `\n` or `\u{202e}`; of stacked marks
  /// the first four stay; the length is counted in scalars, because a single character may hold
  /// thousands of them.
  func plain(limit: Int = 300) -> String {
    var line = ""
    var count = 0
    var marks = 0
    for scalar in unicodeScalars {
      guard count < limit else { return line + "…" }
      marks = scalar.isMark ? marks + 1 : 0
      if marks > 4 { continue }
      count += 1
      switch scalar {
      case "\n": line += "\\n"
      case "\r": line += "\\r"
      case "\t": line += "\\t"
      case _ where scalar.isPlain:
        line.unicodeScalars.append(scalar)
      default: line += "\\u{\(String(scalar.value, radix: 16))}"
      }
    }
    return line
  }

  /// The lines of a longer text, each of them plain; at most `count`, then a line that says so.
  func plainLines(limit: Int = 300, count: Int = 20) -> [String] {
    let lines = split(omittingEmptySubsequences: false) { $0.isNewline }
      .map { String($0).plain(limit: limit) }
    let trimmed = lines.last == "" ? lines.dropLast() : lines[...]
    guard trimmed.count > count else { return Array(trimmed) }
    return trimmed.prefix(count) + ["… \(trimmed.count - count) more lines"]
  }

  /// The text without spaces at its end.
  var withoutTrailingSpaces: String {
    var text = self[...]
    while text.last == " " { text.removeLast() }
    return String(text)
  }

  /// The length of the longest stretch of one scalar.
  func longestRun(of scalar: Unicode.Scalar) -> Int {
    var longest = 0
    var run = 0
    for other in unicodeScalars {
      run = other == scalar ? run + 1 : 0
      longest = Swift.max(longest, run)
    }
    return longest
  }

  /// The text followed by spaces up to a width in scalars.
  func padded(to width: Int) -> String {
    self + String(repeating: " ", count: Swift.max(0, width - unicodeScalars.count))
  }
}
