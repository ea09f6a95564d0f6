internal import Model

/// What each `${name}` of a file stands for.
struct Values {
  /// What a name stands for.
  enum Value: Equatable {
    case text(Scalar)
    case secret
    /// Declared, but with nothing that sets it, or with a mistake of its own.
    case unknown
  }

  private(set) var all: [String: Value] = [:]
  private(set) var secrets: [String: String] = [:]
  /// Names that nothing sets; only a validation goes on with them.
  private(set) var missing: [String] = []
  private let source: ExperimentFile.Source

  /// Reads both sections and finds every value.
  init(of root: Node, from source: ExperimentFile.Source, in reading: inout Reading) {
    self.source = source
    for (pair, entry) in Self.entries(
      of: root, "configuration", as: ConfigurationEntry.self, &reading)
    {
      configure(pair, entry, in: &reading)
    }
    for (pair, entry) in Self.entries(of: root, "secrets", as: SecretEntry.self, &reading) {
      if all[pair.key] != nil {
        reading.note(
          "'\(pair.key.limited)' is a configuration value too", at: pair.keyMark,
          cure: "rename one of them")
      } else {
        addSecret(pair, entry, in: &reading)
      }
    }
    checkVariables(in: &reading)
  }

  /// The configuration values that are known.
  var configuration: [String: String] {
    all.compactMapValues { value in
      guard case .text(let scalar) = value else { return nil }
      return scalar.text
    }
  }

  /// The names of the secrets.
  var secretNames: [String] { all.filter { $0.value == .secret }.keys.sorted() }

  private static func entries<Entry: FieldValue>(
    of root: Node, _ section: String, as type: Entry.Type, _ reading: inout Reading
  ) -> [(pair: Node.Pair, entry: Entry?)] {
    guard let node = root[section] else { return [] }
    guard case .map(let pairs) = node.content else {
      reading.note(
        "expected names and values under '\(section)', not \(node.kind)", at: node.mark,
        cure: "write 'name: …' lines, indented, or leave it out")
      return []
    }
    guard pairs.count <= Limits.listLength else {
      reading.note(
        "\(pairs.count) names under '\(section)'; at most \(Limits.listLength) are read",
        at: node.mark, cure: "leave out what is not used")
      return []
    }
    return pairs.map { pair in
      if !pair.key.isIdentifier(and: "-") || pair.key.utf8.count > 64 {
        reading.note(
          "'\(pair.key.limited)' can't be a name", at: pair.keyMark,
          cure: "letters, digits, - and _ only, no digit first, at most 64")
      }
      return (pair, type.read(pair.value, in: &reading))
    }
  }

  private mutating func configure(
    _ pair: Node.Pair, _ entry: ConfigurationEntry?, in reading: inout Reading
  ) {
    let name = pair.key
    all[name] = .unknown
    if let text = source.variables[name] {
      all[name] = .text(Scalar(text, isQuoted: false))
      return
    }
    switch entry {
    case nil: break
    case .value(let scalar): all[name] = .text(scalar)
    case .variable(let variable):
      if let text = source.environment[variable.name.text], !text.isEmpty {
        all[name] = .text(Scalar(text, isQuoted: false))
      } else if let fallback = variable.fallback {
        all[name] = .text(fallback)
      } else if source.purpose == .validation {
        missing.append(name)
      } else {
        let state = source.environment[variable.name.text] == nil ? "not set" : "empty"
        reading.note(
          "the environment variable \(variable.name.text) is \(state)", at: variable.name.mark,
          cure: "set \(variable.name.text), give it a default, or pass --var \(name)=…")
      }
    }
  }

  private mutating func addSecret(
    _ pair: Node.Pair, _ entry: SecretEntry?, in reading: inout Reading
  ) {
    all[pair.key] = .secret
    guard let entry, source.purpose == .execution else { return }
    switch entry.source {
    case .variable(let variable):
      if let text = source.environment[variable.text], !text.isEmpty {
        secrets[pair.key] = text
      } else {
        let state = source.environment[variable.text] == nil ? "not set" : "empty"
        reading.note(
          "the environment variable \(variable.text) of a secret is \(state)", at: variable.mark,
          cure: "set \(variable.text)")
      }
    case .file(let path, let mark):
      do throws(FileBytes.Failure) {
        secrets[pair.key] = try Self.secret(in: source.resolved(path))
      } catch {
        reading.note(
          "the secret's file '\(path.limited)': \(error.message)", at: mark, cure: error.cure)
      }
    }
  }

  /// The text of a file without one newline at its end.
  private static func secret(in path: String) throws(FileBytes.Failure) -> String {
    var bytes = try FileBytes.read(path: path, limit: Limits.secretSize)
    if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
    if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
    guard let text = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else {
      throw FileBytes.Failure(message: "holds no text", cure: "a secret is UTF-8 without NUL")
    }
    guard !text.isEmpty else { throw FileBytes.Failure(message: "is empty") }
    return text
  }

  private func checkVariables(in reading: inout Reading) {
    let names = all.filter { $0.value != .secret }.keys.sorted()
    for name in source.variables.keys.sorted() where !names.contains(name) {
      if all[name] == .secret {
        reading.note(
          "--var \(name): a secret can't be given in an argument, which every process may read",
          at: nil, cure: "set its environment variable or its file")
      } else {
        reading.note(
          "--var \(name.limited): no configuration value has this name", at: nil,
          cure: names.isEmpty
            ? "declare it under 'configuration:'" : Suggestion.cure(for: name, among: names))
      }
    }
  }
}
