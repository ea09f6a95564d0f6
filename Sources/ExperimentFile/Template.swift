/// A text with `${name}` in it, taken apart.
struct Template: Equatable {
  /// A stretch of text, or a name to fill in.
  enum Part: Equatable {
    case text(String)
    case name(String)
    /// `${` without its end, with what follows.
    case unterminated(String)
  }

  let parts: [Part]

  /// The name, if the text is nothing but `${name}`.
  var soleName: String? {
    guard parts.count == 1, case .name(let name) = parts[0] else { return nil }
    return name
  }

  /// Takes a text apart; `$${` stands for the text `${`, and nothing else is special.
  init(_ text: String) {
    guard text.contains("${") else {
      parts = [.text(text)]
      return
    }
    var parts: [Part] = []
    var literal = ""
    var rest = text[...]
    func flush() {
      if !literal.isEmpty { parts.append(.text(literal)) }
      literal = ""
    }
    while let dollar = rest.firstIndex(of: "$") {
      literal += rest[..<dollar]
      rest = rest[dollar...]
      if rest.hasPrefix("$${") {
        literal += "${"
        rest = rest.dropFirst(3)
      } else if rest.hasPrefix("${") {
        flush()
        let body = rest.dropFirst(2)
        guard let end = body.firstIndex(of: "}") else {
          self.parts = parts + [.unterminated(String(rest))]
          return
        }
        parts.append(.name(String(body[..<end])))
        rest = body[body.index(after: end)...]
      } else {
        literal.append("$")
        rest = rest.dropFirst()
      }
    }
    literal += rest
    flush()
    self.parts = parts
  }
}
