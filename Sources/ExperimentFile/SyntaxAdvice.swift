internal import Model
internal import Yams

/// What is wrong with a text that is not YAML, in an author's words rather than a parser's.
struct SyntaxAdvice {
  var message: String
  var mark: Model.Mark?
  var cure: String?

  init(for error: any Error, in source: SourceText) {
    switch error as? YamlError {
    case .scanner(let context, let problem, let mark, _),
      .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      self.init(
        problem: problem, mark: Model.Mark(mark), context: context?.text ?? "",
        start: context.map { Model.Mark($0.mark) }, source: source)
    case .memory:
      // Its limits on nesting are libyaml's only reason to refuse memory that there is.
      self.init(message: "nested too deeply", mark: nil, cure: "nest less")
    case .reader(let problem, _, _, _):
      self.init(message: "not YAML: \(problem)", mark: nil, cure: "save the file as UTF-8")
    default:
      self.init(message: "not YAML: \(error)".limited, mark: nil, cure: nil)
    }
  }

  private init(message: String, mark: Model.Mark?, cure: String?) {
    self.message = message
    self.mark = mark
    self.cure = cure
  }

  private init(
    problem: String, mark: Model.Mark, context: String, start: Model.Mark?, source: SourceText
  ) {
    self.mark = mark
    let line = source.lines.dropFirst(mark.line - 1).first ?? ""
    let since = start.map { "line \($0.line)" } ?? "the line above"
    let character = line.unicodeScalars.dropFirst(mark.column - 1).first
    switch problem {
    case "found character that cannot start any token" where character == "\t",
      "found a tab character that violates indentation",
      "found a tab character where an indentation space is expected":
      message = "a tab can't indent YAML"
      cure = "indent with spaces"
    case "found character that cannot start any token":
      message = "a value can't start with '\(character.map(String.init) ?? "")'"
      cure = "quote it"
    case "mapping values are not allowed in this context":
      message = "a second 'key:' within a value"
      cure = "quote a value that holds ': ', or check the indentation"
    case "found unknown escape character":
      message = "an escape that YAML does not know"
      cure = "use single quotes, in which a backslash is only a backslash"
    case "found unexpected end of stream" where context.contains("quoted scalar"):
      self.mark = start ?? mark
      message = "the quotation mark here is never closed"
      cure = "close it"
    case "but found another document":
      message = "a second document starts here, and a file holds one experiment"
      cure = "move it to a file of its own"
    case "could not find expected ':'":
      message = "a key without a colon"
      cure = "write 'key: value', with a space after the colon, or check the indentation"
    case "did not find expected key", "did not find expected '-' indicator":
      message = "this does not fit into the section that starts on \(since)"
      cure = "check the indentation, and quote a value that starts with a quotation mark or bracket"
    case "did not find expected ',' or '}'", "did not find expected ',' or ']'":
      let bracket = problem.hasSuffix("'}'") ? "}" : "]"
      message = "expected ',' or '\(bracket)' in what was opened on \(since)"
      cure = "close it with '\(bracket)', or quote a value that holds brackets, commas or ': '"
    case let problem where problem.contains("depth") || problem.contains("nest"):
      message = "nested too deeply"
      cure = "nest less"
    default:
      message = "not YAML: \(problem)" + (context.isEmpty ? "" : " \(context)")
      cure = nil
    }
    if let braces = Self.unquotedBraces(in: line) {
      cure = "quote it: \"\(braces.limited)\""
    }
  }

  /// The value with `${…}` or `{{…}}` that stands in a line without quotation marks.
  private static func unquotedBraces(in line: Substring) -> String? {
    let characters = Array(line)
    var quote: Character?
    for index in characters.indices {
      let character = characters[index]
      if character == "\"" || character == "'" {
        if quote == nil { quote = character } else if quote == character { quote = nil }
      }
      guard quote == nil, index + 1 < characters.count, characters[index + 1] == "{",
        character == "$" || character == "{"
      else { continue }
      return String(value(in: characters, from: index))
    }
    return nil
  }

  private static func value(in line: [Character], from start: Int) -> ArraySlice<Character> {
    var depth = 0
    for index in start..<line.count {
      switch line[index] {
      case "{": depth += 1
      case "}" where depth > 0: depth -= 1
      case "}", "]", ",": if depth == 0 { return line[start..<index] }
      case let character where character.isWhitespace && depth == 0: return line[start..<index]
      default: break
      }
    }
    return line[start...]
  }
}
