internal import Model

/// An entry of `configuration`: a value, or where it comes from.
enum ConfigurationEntry: FieldValue {
  case value(Scalar)
  case variable(EnvironmentVariable)

  static var schema: Schema { .any(of: [Literal.schema, EnvironmentVariable.schema]) }
  static var placeholder: ConfigurationEntry { .value(Scalar("")) }

  static func read(_ node: Node, in reading: inout Reading) -> ConfigurationEntry? {
    if case .map = node.content {
      return EnvironmentVariable.read(node, in: &reading).map(ConfigurationEntry.variable)
    }
    return Literal.read(node, in: &reading).map { .value($0.scalar) }
  }

  /// A value from the environment, or else the default.
  struct EnvironmentVariable: FieldSection {
    var name: VariableName
    var fallback: Scalar?

    init(_ fields: inout Fields) {
      name = fields.required("env", "environment variable that holds the value")
      let literal: Literal? = fields.optional(
        "default", "the value where the variable is not set or empty")
      fallback = literal?.scalar
    }
  }
}

/// An entry of `secrets`: where the value comes from; it never stands in the file itself.
struct SecretEntry: FieldSection {
  /// Where a secret comes from.
  enum Source: Equatable {
    case variable(VariableName)
    case file(path: String, mark: Mark?)
  }

  var source: Source

  init(_ fields: inout Fields) {
    let variable: VariableName? = fields.optional(
      "env", "environment variable that holds the secret")
    let path: String? = fields.optional(
      "file", "file that holds the secret; a relative path starts at the experiment's folder")
    source = variable.map(Source.variable) ?? .file(path: path ?? "", mark: fields.mark(of: "file"))
    let written = ["env", "file"].filter { fields.node($0) != nil }
    if written.count == 2 {
      fields.note("'env' and 'file' exclude each other", at: "file", cure: "keep one of them")
    } else if written.isEmpty, !fields.hasUnknownKeys {
      fields.note("a secret needs 'env' or 'file'", cure: "add one of them")
    }
  }
}

/// The name of an environment variable, with its place.
struct VariableName: FieldValue, Equatable {
  var text: String
  var mark: Mark?

  static var schema: Schema { .string(pattern: "^[A-Za-z_][A-Za-z0-9_]*$") }
  static var placeholder: VariableName { VariableName(text: "") }

  static func read(_ node: Node, in reading: inout Reading) -> VariableName? {
    let expected = "the name of an environment variable"
    guard let text = Scalar.text(of: node, expecting: expected, in: &reading) else { return nil }
    guard text.isIdentifier(and: "_") else {
      reading.note(
        "'\(text.limited)' is not \(expected)", at: node.mark,
        cure: "letters, digits and _ only, and no digit first")
      return nil
    }
    return VariableName(text: text, mark: node.mark)
  }
}

/// Any single value, as it stands.
struct Literal: FieldValue {
  var scalar: Scalar

  static var schema: Schema { .string() }
  static var placeholder: Literal { Literal(scalar: Scalar("")) }

  static func read(_ node: Node, in reading: inout Reading) -> Literal? {
    guard case .scalar(let scalar) = node.content, !node.isNull, let text = scalar.text else {
      reading.note(
        "expected a single value, not \(node.kind)", at: node.mark,
        cure: "write 'name: value' or 'name: {env: VARIABLE, default: value}'")
      return nil
    }
    let template = Template(text)
    guard case .text(let whole)? = template.parts.first ?? .text(""), template.parts.count <= 1
    else {
      reading.note(
        "values can't be made of other values", at: node.mark,
        cure: "write it out, or '$${' for the text '${'")
      return nil
    }
    return Literal(scalar: Scalar(whole, isQuoted: scalar.isQuoted))
  }
}

extension String {
  /// Whether it starts with a letter or `_` and goes on with those, digits and `others`.
  func isIdentifier(and others: String) -> Bool {
    func isLetter(_ scalar: Unicode.Scalar) -> Bool {
      ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || scalar == "_"
    }
    guard let first = unicodeScalars.first, isLetter(first) else { return false }
    return unicodeScalars.allSatisfy {
      isLetter($0) || ("0"..."9").contains($0) || others.unicodeScalars.contains($0)
    }
  }
}
