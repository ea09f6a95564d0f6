extension String: FieldValue {
  public static var schema: Schema { .string() }
  public static var placeholder: String { "" }

  public static func read(_ node: Node, in reading: inout Reading) -> String? {
    Scalar.text(of: node, expecting: "text", in: &reading)
  }
}

extension Bool: FieldValue {
  public static var schema: Schema { .boolean }
  public static var placeholder: Bool { false }

  public static func read(_ node: Node, in reading: inout Reading) -> Bool? {
    guard
      let text = Scalar.text(of: node, expecting: "true or false", in: &reading, isText: false)
    else { return nil }
    switch text {
    case "true", "True", "TRUE": return true
    case "false", "False", "FALSE": return false
    default:
      reading.note(
        "'\(text.limited)' is neither true nor false", at: node.mark, cure: "write true or false")
      return nil
    }
  }
}

extension Int: FieldValue {
  public static var schema: Schema { .integer() }
  public static var placeholder: Int { 1 }

  public static func read(_ node: Node, in reading: inout Reading) -> Int? {
    guard
      let text = Scalar.text(of: node, expecting: "a whole number", in: &reading, isText: false)
    else { return nil }
    guard let value = Int(text) else {
      reading.note("'\(text.limited)' is not a whole number", at: node.mark)
      return nil
    }
    return value
  }
}

extension Double: FieldValue {
  public static var schema: Schema { .number }
  public static var placeholder: Double { 1 }

  public static func read(_ node: Node, in reading: inout Reading) -> Double? {
    guard let text = Scalar.text(of: node, expecting: "a number", in: &reading, isText: false)
    else { return nil }
    guard let value = Double(text), value.isFinite else {
      reading.note("'\(text.limited)' is not a number", at: node.mark)
      return nil
    }
    return value
  }
}

extension Array: FieldValue where Element: FieldValue {
  public static var schema: Schema { .list(Element.schema) }
  public static var placeholder: [Element] { [] }

  public static func read(_ node: Node, in reading: inout Reading) -> [Element]? {
    guard case .list(let nodes) = node.content else {
      reading.note(
        "expected a list, not \(node.kind)", at: node.mark, cure: "write '- …' lines or [a, b]")
      return nil
    }
    guard nodes.count <= Limits.listLength else {
      reading.note(
        "a list of \(nodes.count) entries; at most \(Limits.listLength) are read", at: node.mark)
      return nil
    }
    let values = nodes.compactMap { Element.read($0, in: &reading) }
    return values.count == nodes.count || reading.keepsFaultySections ? values : nil
  }
}

extension Dictionary: FieldValue where Key == String, Value: FieldValue {
  public static var schema: Schema {
    .object([
      Schema.Field(
        name: ".*", summary: "named by the author", schema: Value.schema, isRequired: false,
        fallback: nil, isPattern: true)
    ])
  }
  public static var placeholder: [String: Value] { [:] }

  public static func read(_ node: Node, in reading: inout Reading) -> [String: Value]? {
    guard case .map(let pairs) = node.content else {
      reading.note(
        "expected a section of names and values, not \(node.kind)", at: node.mark,
        cure: "write 'name: value' lines, indented")
      return nil
    }
    guard pairs.count <= Limits.listLength else {
      reading.note(
        "a section of \(pairs.count) names; at most \(Limits.listLength) are read", at: node.mark)
      return nil
    }
    var values: [String: Value] = [:]
    for pair in pairs {
      if let value = Value.read(pair.value, in: &reading) { values[pair.key] = value }
    }
    return values.count == pairs.count || reading.keepsFaultySections ? values : nil
  }
}

/// A value that is one of a few words.
public protocol FieldChoice: FieldValue, CaseIterable, RawRepresentable where RawValue == String {}

extension FieldChoice {
  public static var schema: Schema { .choice(allCases.map(\.rawValue)) }

  public static func read(_ node: Node, in reading: inout Reading) -> Self? {
    let words = allCases.map(\.rawValue)
    let expected = "one of " + words.joined(separator: ", ")
    guard let text = Scalar.text(of: node, expecting: expected, in: &reading, isText: false)
    else { return nil }
    guard let value = Self(rawValue: text) else {
      reading.note(
        "'\(text.limited)' is not \(expected)", at: node.mark,
        cure: Suggestion.question(for: text, among: words))
      return nil
    }
    return value
  }
}

extension Scalar {
  /// The text of a scalar node, or a note why there is none.
  ///
  /// - Parameter isText: whether a quoted scalar is meant as it stands; where a number or a word is
  ///   expected, quotes are accepted too, because `"${name}"` has to be quoted.
  public static func text(
    of node: Node, expecting expected: String, in reading: inout Reading, isText: Bool = true
  ) -> String? {
    guard case .scalar(let scalar) = node.content, !node.isNull || scalar.isQuoted else {
      reading.note(
        "expected \(expected), not \(node.kind)", at: node.mark, cure: node.bracesCure)
      return nil
    }
    guard let text = scalar.text else {
      reading.refuseSecret(at: node.mark)
      return nil
    }
    if isText, text.isEmpty {
      reading.note("expected \(expected), found an empty string", at: node.mark)
      return nil
    }
    return text
  }
}

extension Reading {
  /// Notes that a secret stands where it would be seen.
  mutating func refuseSecret(at mark: Mark?) {
    note(
      "a secret may not stand here: it would show in process lists, logs or the ledger",
      at: mark,
      cure: "secrets may stand in HTTP headers and bodies, and in 'env' or 'stdin' of probes and "
        + "actions")
  }
}

extension Node {
  /// The cure where this is what YAML makes of `{name}` without quotation marks.
  var bracesCure: String? {
    guard case .map(let pairs) = content, pairs.count == 1, pairs[0].value.isNull else {
      return nil
    }
    return "quote it: a value with braces must stand in quotation marks"
  }
}

extension String {
  /// At most 80 characters on one line, for messages that quote what was written.
  ///
  /// Characters that control a terminal or turn the direction of writing are replaced, so that no
  /// text can pass for a message of ours.
  public var limited: String {
    var line = ""
    for scalar in unicodeScalars.prefix(320) {
      switch scalar.properties.generalCategory {
      case .lineSeparator, .paragraphSeparator: line.unicodeScalars.append(" ")
      case .control where Character(scalar).isNewline || scalar == "\t":
        line.unicodeScalars.append(" ")
      case .control, .format, .privateUse: line.unicodeScalars.append("\u{FFFD}")
      default: line.unicodeScalars.append(scalar)
      }
    }
    let isWhole = line.count <= 80 && unicodeScalars.dropFirst(320).isEmpty
    return isWhole ? line : line.prefix(80) + "…"
  }
}
