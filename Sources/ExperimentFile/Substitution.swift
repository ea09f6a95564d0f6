internal import Model

/// Fills values into the scalars of a file.
///
/// A value is never parsed: whatever it holds, it can't add a key, a list or a further `${name}`.
struct Substitution {
  private let values: Values
  private(set) var reading: Reading
  /// How much more text may come of it.
  private var budget = Limits.textSize

  init(of values: Values, in reading: Reading) {
    self.values = values
    self.reading = reading
  }

  /// The root with every scalar filled in, but for the sections that declare the values.
  mutating func fill(root: Node) -> Node {
    guard case .map(let pairs) = root.content else { return fill(root) }
    var root = root
    root.content = .map(
      pairs.compactMap { pair in
        ["configuration", "secrets"].contains(pair.key) ? pair : fill(pair)
      })
    return root
  }

  private mutating func fill(_ pair: Node.Pair) -> Node.Pair? {
    guard !pair.key.contains("${") else {
      reading.note("a key can't be filled in", at: pair.keyMark, cure: "write the key out")
      return nil
    }
    return Node.Pair(key: pair.key, keyMark: pair.keyMark, value: fill(pair.value))
  }

  private mutating func fill(_ node: Node) -> Node {
    var node = node
    switch node.content {
    case .list(let elements): node.content = .list(elements.map { fill($0) })
    case .map(let pairs): node.content = .map(pairs.compactMap { fill($0) })
    case .scalar(let scalar):
      guard let text = scalar.text, text.utf8.contains(UInt8(ascii: "$")) else { break }
      node.content = .scalar(fill(scalar, Template(text), at: node.mark))
    }
    return node
  }

  private mutating func fill(_ scalar: Scalar, _ template: Template, at mark: Mark?) -> Scalar {
    if let name = template.soleName, case .text(let value)? = values.all[name] {
      guard spend(value.text ?? "", at: mark) else { return scalar }
      // Typed, as if it stood here itself; but nothing in it may turn a value into no value.
      var value = value
      value.isQuoted = value.isQuoted || Node(.scalar(value)).isNull
      return value
    }
    var parts: [Scalar.Part] = []
    for part in template.parts {
      switch part {
      case .text(let text): parts.append(.text(text))
      case .unterminated(let rest):
        noteAndForget(
          "'\(rest.limited)' has no closing brace", at: mark,
          cure: "write ${name}, or '$${' for the text '${'")
        return scalar
      case .name(let name):
        guard let filled = fill(name, at: mark) else { return scalar }
        parts.append(filled)
      }
    }
    let isOnlyText = template.parts.allSatisfy { if case .text = $0 { true } else { false } }
    return Scalar(parts: parts, isQuoted: scalar.isQuoted || !isOnlyText)
  }

  /// What a name stands for, or nil where nothing can be said of the scalar that it stands in.
  private mutating func fill(_ name: String, at mark: Mark?) -> Scalar.Part? {
    switch values.all[name] {
    case .text(let value):
      let text = value.text ?? ""
      return spend(text, at: mark) ? .text(text) : nil
    case .secret: return .secret(name)
    case .unknown:
      if let mark { reading.unknownPlaces.insert(mark) }
      return nil
    case nil:
      noteUndeclared(name, at: mark)
      return nil
    }
  }

  private mutating func noteUndeclared(_ name: String, at mark: Mark?) {
    guard !reading.isFull else { return }
    let nearest = Suggestion.nearest(to: name, among: values.all.keys.sorted())
    let shown = name.limited
    let cure =
      if let nearest {
        "did you mean '${\(nearest.limited)}'?"
      } else if name.isEmpty {
        "write ${name}, or '$${' for the text '${'"
      } else {
        "declare '\(shown)' under 'configuration:' or 'secrets:', or write '$${\(shown)}' for the "
          + "text itself"
      }
    noteAndForget("nothing is declared that '${\(shown)}' could stand for", at: mark, cure: cure)
  }

  /// Notes a problem at a scalar of which nothing more can be said.
  private mutating func noteAndForget(_ message: String, at mark: Mark?, cure: String) {
    reading.note(message, at: mark, cure: cure)
    if let mark { reading.unknownPlaces.insert(mark) }
  }

  private mutating func spend(_ text: String, at mark: Mark?) -> Bool {
    guard budget > 0 else { return false }
    budget -= text.utf8.count
    if budget <= 0 {
      noteAndForget(
        "more than \(Limits.textSize >> 20) MiB of text once every ${name} is filled in", at: mark,
        cure: "use shorter values")
    }
    return budget > 0
  }
}
