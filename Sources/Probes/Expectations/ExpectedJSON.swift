internal import Model

/// Scalars that a JSON document must have at some paths.
struct ExpectedJSON: Sendable, Hashable {
  /// In the author's order.
  let all: [Entry]

  /// One path and the scalar that must stand there.
  struct Entry: Sendable, Hashable {
    var path: JSONPath
    var value: JSON
  }

  /// The first expectation that a document disappoints, in words; nil if it meets all.
  func complaint(about document: JSON) -> String? {
    for entry in all {
      guard let found = entry.path.value(in: document) else {
        return "json '\(entry.path.text)' is missing"
      }
      if !found.isSameScalar(as: entry.value) {
        return "json '\(entry.path.text)' is \(found.brief), expected \(entry.value.brief)"
      }
    }
    return nil
  }
}

extension ExpectedJSON: FieldValue {
  static let schema = [String: ExpectedScalar].schema
  static let placeholder = ExpectedJSON(all: [])

  static func read(_ node: Node, in reading: inout Reading) -> ExpectedJSON? {
    guard case .map(let pairs) = node.content, !pairs.isEmpty else {
      reading.note(
        "expected paths and values, not \(node.kind)", at: node.mark,
        cure: "write 'status.ready: true' lines, indented")
      return nil
    }
    var entries: [Entry] = []
    for pair in pairs {
      let mark = pair.keyMark ?? pair.value.mark
      let path = JSONPath.read(pair.key, at: mark, in: &reading)
      let value = ExpectedScalar.read(pair.value, in: &reading)
      if let path, let value { entries.append(Entry(path: path, value: value.json)) }
    }
    return entries.count == pairs.count ? ExpectedJSON(all: entries) : nil
  }
}

/// A scalar as YAML 1.2 means it: quoted ones are text, null is null.
private struct ExpectedScalar: FieldValue {
  let json: JSON

  static let schema = Schema.any(of: [.string(), .number, .boolean])
  static let placeholder = ExpectedScalar(json: .null)

  static func read(_ node: Node, in reading: inout Reading) -> ExpectedScalar? {
    guard case .scalar(let scalar) = node.content else {
      reading.note(
        "expected a single value, not \(node.kind)", at: node.mark,
        cure: "name a path for each value inside it")
      return nil
    }
    guard scalar.text != nil else {
      reading.note("a secret may not stand here: failures show what was expected", at: node.mark)
      return nil
    }
    return ExpectedScalar(json: node.json)
  }
}
