internal import FoundationEssentials
internal import Model

/// Where a value stands in a JSON document: `a.b[0].c`.
///
/// Keys are separated by dots; `[0]` counts the elements of an array from zero; a key that holds dots
/// or brackets is quoted within brackets: `labels["app.kubernetes.io/name"]`. The document itself is
/// no path.
struct JSONPath: Sendable, Hashable {
  /// One step down into a document.
  enum Step: Sendable, Hashable {
    case key(String)
    case index(Int)
  }

  let text: String
  let steps: [Step]

  /// Reads a path; nil if the text is none.
  init?(_ text: String) {
    guard text.utf8.count <= 1_000 else { return nil }
    var steps: [Step] = []
    var rest = text[...]
    while !rest.isEmpty {
      guard let step = Self.step(from: &rest, isFirst: steps.isEmpty) else { return nil }
      steps.append(step)
    }
    guard !steps.isEmpty, steps.count <= Limits.nestingDepth else { return nil }
    self.text = text
    self.steps = steps
  }

  private static func step(from rest: inout Substring, isFirst: Bool) -> Step? {
    if rest.first == "[" { return bracketed(from: &rest) }
    if !isFirst {
      guard rest.first == "." else { return nil }
      rest.removeFirst()
    }
    let key = rest.prefix { !".[]\"'".contains($0) }
    guard !key.isEmpty else { return nil }
    rest = rest.dropFirst(key.count)
    return .key(String(key))
  }

  private static func bracketed(from rest: inout Substring) -> Step? {
    rest.removeFirst()
    if let quote = rest.first, quote == "\"" || quote == "'" {
      rest.removeFirst()
      let key = rest.prefix { $0 != quote }
      rest = rest.dropFirst(key.count)
      guard rest.hasPrefix("\(quote)]") else { return nil }
      rest = rest.dropFirst(2)
      return .key(String(key))
    }
    let digits = rest.prefix { $0.isASCII && $0.isNumber }
    rest = rest.dropFirst(digits.count)
    guard rest.first == "]", let index = Int(digits) else { return nil }
    rest.removeFirst()
    return .index(index)
  }

  /// The value at this place; nil if the document has no such place.
  func value(in document: JSON) -> JSON? {
    var value = document
    for step in steps {
      switch step {
      case .key(let key):
        guard let member = value[key] else { return nil }
        value = member
      case .index(let index):
        guard let elements = value.array, elements.indices.contains(index) else { return nil }
        value = elements[index]
      }
    }
    return value
  }
}

extension JSONPath: FieldValue {
  static let schema = Schema.string()
  static let placeholder = JSONPath(known: "value")

  private init(known key: String) {
    text = key
    steps = [.key(key)]
  }

  static func read(_ node: Node, in reading: inout Reading) -> JSONPath? {
    guard let text = Scalar.text(of: node, expecting: expected, in: &reading) else { return nil }
    return read(text, at: node.mark, in: &reading)
  }

  /// Reads a path that stands where a key does.
  static func read(_ text: String, at mark: Mark?, in reading: inout Reading) -> JSONPath? {
    guard let path = JSONPath(text) else {
      reading.note("'\(text.limited)' is not \(expected)", at: mark)
      return nil
    }
    return path
  }

  private static let expected = "a path into JSON such as 'data.items[0].count'"
}

extension JSON {
  /// Reads a JSON document; nil if the text is none.
  static func document(_ bytes: some Sequence<UInt8>) -> JSON? {
    try? JSONDecoder().decode(JSON.self, from: Data(bytes))
  }

  /// A scalar as an author would write it, shortened; the kind of anything else.
  var brief: String {
    switch self {
    case .null: "null"
    case .bool(let value): "\(value)"
    case .integer(let value): "\(value)"
    case .number(let value): "\(value)"
    case .string(let text): "\"\(text.limited)\""
    case .array: "a list"
    case .object: "an object"
    }
  }

  /// Whether two scalars are the same value; 1 and 1.0 are.
  func isSameScalar(as other: JSON) -> Bool {
    if let number = double, let wanted = other.double { return number == wanted }
    return self == other
  }
}
