/// A document that can be carried out: commands to type, files to write, output to expect.
///
/// Blocks fenced as `sh` are commands; the comment `<!-- exit: N -->` right before one names its exit
/// status, if that is not 0. A block after `<!-- file: NAME -->` is the text of a file. A block fenced
/// as `text` after a command holds lines of its output, in order; others may stand between them, and
/// `…` stands for anything within a line. All other blocks are for reading only.
struct Tutorial: Sendable {
  /// A command with what must come of it.
  struct Command: Sendable {
    /// Where it stands in the document, counted from one.
    var line: Int
    var text: String
    var status: Int32
    var expected: [ExpectedLine] = []
  }

  /// A line of output, in which `…` stands for anything.
  struct ExpectedLine: Sendable {
    var line: Int
    var text: String

    /// Whether a line of output is this one.
    func matches(_ output: Substring) -> Bool {
      var rest = output
      for piece in text.split(separator: "…").map(\.trimmed) where !piece.isEmpty {
        guard let found = rest.firstRange(of: piece) else { return false }
        rest = rest[found.upperBound...]
      }
      return true
    }
  }

  /// What to do, in order.
  enum Step: Sendable {
    case run(Command)
    case write(name: String, text: String)
  }

  private(set) var steps: [Step] = []

  /// The commands, in order.
  var commands: [Command] {
    steps.compactMap { if case .run(let command) = $0 { command } else { nil } }
  }

  /// Reads a document; a comment or an output that belongs to nothing is an error, so that no
  /// expectation is lost by a slip of the pen.
  init(_ document: String) throws(Malformed) {
    let lines = document.split(separator: "\n", omittingEmptySubsequences: false)
    var directive: Directive?
    var index = 0
    while index < lines.count {
      let line = lines[index]
      if line.hasPrefix("```") {
        guard let end = lines[(index + 1)...].firstIndex(of: "```") else {
          throw Malformed(line: index + 1, reason: "the block has no end")
        }
        try add(
          lines[(index + 1)..<end], language: line.dropFirst(3), directive, line: index + 1)
        directive = nil
        index = end
      } else if !line.isEmpty {
        if let directive { throw Malformed(line: directive.line, reason: "no block follows") }
        directive = Directive(line, at: index + 1)
      }
      index += 1
    }
  }

  private mutating func add(
    _ lines: ArraySlice<Substring>, language: Substring, _ directive: Directive?, line: Int
  ) throws(Malformed) {
    let text = lines.map { $0 + "\n" }.joined()
    switch (language, directive?.content) {
    case (_, .file(let name)?): steps.append(.write(name: name, text: text))
    case ("sh", .exit(let status)?):
      steps.append(.run(Command(line: line, text: text, status: status)))
    case ("sh", nil): steps.append(.run(Command(line: line, text: text, status: 0)))
    case (_, .exit?): throw Malformed(line: line, reason: "only a command has an exit status")
    case ("text", nil):
      guard case .run(var command)? = steps.last, command.expected.isEmpty else {
        throw Malformed(line: line, reason: "no command stands before this output")
      }
      command.expected = zip(lines.indices, lines).map {
        ExpectedLine(line: $0 + 1, text: String($1.trimmed))
      }
      steps[steps.count - 1] = .run(command)
    default: break
    }
  }

  private struct Directive {
    enum Content {
      case exit(Int32)
      case file(String)
    }

    var line: Int
    var content: Content

    /// Reads `<!-- name: value -->`; nil for any other line.
    init?(_ text: Substring, at line: Int) {
      guard text.hasPrefix("<!-- "), text.hasSuffix(" -->") else { return nil }
      let parts = text.dropFirst(5).dropLast(4).split(separator: ": ", maxSplits: 1)
      switch (parts.first, parts.last.flatMap { Int32($0) }) {
      case ("exit", let status?): content = .exit(status)
      case ("file", _) where parts.count == 2: content = .file(String(parts[1]))
      default: return nil
      }
      self.line = line
    }
  }

  /// A document that can't be carried out as it stands.
  struct Malformed: Error, CustomStringConvertible {
    var line: Int
    var reason: String

    var description: String { "line \(line): \(reason)" }
  }
}

extension Tutorial.Command {
  /// The first expected line that an output does not have after those before it; nil if all are there.
  func firstMissing(in output: [Substring]) -> Tutorial.ExpectedLine? {
    var rest = output[...]
    for line in expected {
      guard let found = rest.firstIndex(where: line.matches) else { return line }
      rest = rest[(found + 1)...]
    }
    return nil
  }
}

extension Substring {
  /// The text without the blanks around it.
  fileprivate var trimmed: Substring {
    let start = drop(while: \.isWhitespace)
    guard let last = start.lastIndex(where: { !$0.isWhitespace }) else { return start }
    return start[...last]
  }
}
