public import Model

/// Problems of a file, for its author at a terminal and for programs.
public enum ProblemText {
  /// Each problem as `file:line:column: error: message; cure`, in the order of their places.
  ///
  /// - Parameter source: the file's text; with it each problem is followed by its line and a caret.
  public static func render(
    _ problems: Problems, source: String? = nil, style: TerminalStyle = .plain
  ) -> String {
    let lines = source.map {
      Array($0.unicodeScalars.split(omittingEmptySubsequences: false) { $0 == "\n" })
    }
    var text: [String] = []
    for problem in problems.all {
      text.append(head(of: problem, style: style))
      guard let lines, let mark = problem.mark, lines.indices.contains(mark.line - 1) else {
        continue
      }
      let line = lines[mark.line - 1]
      let isWindows = line.last == "\r"
      text += excerpt(
        Array(isWindows ? line.dropLast() : line), column: mark.column, style: style)
    }
    return text.isEmpty ? "" : text.joined(separator: "\n") + "\n"
  }

  /// The problems as `{"problems": [{"file", "line", "column", "message", "cure"}]}`.
  public static func json(_ problems: [Problem]) -> JSON {
    let all = problems.map { problem -> JSON in
      var members: [String: JSON] = [
        "file": .string(problem.file), "message": .string(problem.message),
      ]
      if let mark = problem.mark {
        members["line"] = .integer(mark.line)
        members["column"] = .integer(mark.column)
      }
      if let cure = problem.cure { members["cure"] = .string(cure) }
      return .object(members)
    }
    return ["problems": .array(all)]
  }

  private static func head(of problem: Problem, style: TerminalStyle) -> String {
    let place = problem.mark.map { ":\($0.line):\($0.column)" } ?? ""
    let cure = problem.cure.map { "; \($0.plain(limit: 500))" } ?? ""
    return problem.file.plain(limit: 1_000) + place + ": " + style.paint("error:", .bad) + " "
      + style.paint(problem.message.plain(limit: 500), .strong) + cure
  }

  /// The line around a column, and a caret under it; both start with the same two spaces.
  private static func excerpt(
    _ line: [Unicode.Scalar], column: Int, style: TerminalStyle
  ) -> [String] {
    let caret = min(max(column - 1, 0), line.count)
    // Generated files may have lines of a megabyte: only what fits beside the caret is of use.
    let start = max(0, caret - 60)
    let end = min(line.count, start + 96)
    let shown = line[start..<end].map { $0 == "\t" ? " " : $0.isPlain ? $0 : "\u{fffd}" }
    var text = String.UnicodeScalarView()
    text.append(contentsOf: shown)
    let before = (start > 0 ? 1 : 0) + shown[..<(caret - start)].map(\.columns).reduce(0, +)
    return [
      ("  " + (start > 0 ? "…" : "") + String(text) + (end < line.count ? "…" : ""))
        .withoutTrailingSpaces,
      "  " + String(repeating: " ", count: before) + style.paint("^", .bad),
    ]
  }
}

extension Unicode.Scalar {
  /// The columns that a terminal gives to the scalar: none to marks, two to wide scripts (UAX #11).
  fileprivate var columns: Int {
    if isMark { return 0 }
    switch value {
    case 0x1100...0x115f, 0x2e80...0x303e, 0x3041...0xa4cf, 0xac00...0xd7a3, 0xf900...0xfaff,
      0xfe30...0xfe6f, 0xff00...0xff60, 0xffe0...0xffe6, 0x1f300...0x1f64f, 0x1f900...0x1f9ff,
      0x20000...0x3fffd:
      return 2
    default: return 1
    }
  }
}
