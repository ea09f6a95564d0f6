/// A JSON value whose objects are written with sorted keys, so that equal values are equal bytes.
public enum JSON: Sendable, Hashable {
  case null
  case bool(Bool)
  case integer(Int)
  case number(Double)
  case string(String)
  case array([JSON])
  case object([String: JSON])
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByArrayLiteral,
  ExpressibleByDictionaryLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral
{
  /// Makes a string.
  public init(stringLiteral value: String) { self = .string(value) }
  /// Makes an array.
  public init(arrayLiteral elements: JSON...) { self = .array(elements) }
  /// Makes an object; of a repeated key the last value stays.
  public init(dictionaryLiteral elements: (String, JSON)...) {
    self = .object(Dictionary(elements, uniquingKeysWith: { $1 }))
  }
  /// Makes an integer.
  public init(integerLiteral value: Int) { self = .integer(value) }
  /// Makes a boolean.
  public init(booleanLiteral value: Bool) { self = .bool(value) }
}

extension JSON {
  /// The value under a key, if this is an object that has it.
  public subscript(key: String) -> JSON? {
    guard case .object(let members) = self else { return nil }
    return members[key]
  }

  /// The string, if it is one.
  public var string: String? {
    guard case .string(let text) = self else { return nil }
    return text
  }

  /// The number, if it is one.
  public var double: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }

  /// The elements, if it is an array.
  public var array: [JSON]? {
    guard case .array(let elements) = self else { return nil }
    return elements
  }
}

extension JSON: Codable {
  /// Reads any JSON value.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .bool(value)
    } else if let value = try? container.decode(Int.self) {
      self = .integer(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .string(value)
    } else if let value = try? container.decode([JSON].self) {
      self = .array(value)
    } else {
      self = .object(try container.decode([String: JSON].self))
    }
  }

  /// Writes the value.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .null: try container.encodeNil()
    case .bool(let value): try container.encode(value)
    case .integer(let value): try container.encode(value)
    case .number(let value): try container.encode(value)
    case .string(let value): try container.encode(value)
    case .array(let value): try container.encode(value)
    case .object(let value): try container.encode(value)
    }
  }
}

extension Node {
  /// The node that a JSON value stands for; it has no marks.
  public init(_ json: JSON) {
    switch json {
    case .null: self.init(text: "null", isQuoted: false)
    case .bool(let value): self.init(text: value ? "true" : "false", isQuoted: false)
    case .integer(let value): self.init(text: String(value), isQuoted: false)
    case .number(let value): self.init(text: "\(value)", isQuoted: false)
    case .string(let value): self.init(text: value)
    case .array(let elements): self.init(.list(elements.map { Node($0) }))
    case .object(let members):
      self.init(
        .map(members.sorted { $0.key < $1.key }.map { Pair(key: $0.key, value: Node($0.value)) }))
    }
  }

  /// The JSON value of a node whose scalars are kept as text unless they are plain JSON literals.
  ///
  /// Secrets become `${name}`, so that the result may be shown, recorded and digested.
  public var json: JSON { json { SecretText($0).shown } }

  /// The same with the values of secrets in their places, for the pipe to an agent and nothing else.
  public func json(revealing secrets: [String: String]) -> JSON {
    json { SecretText($0).revealed(with: secrets) ?? SecretText($0).shown }
  }

  private func json(_ text: ([Scalar.Part]) -> String) -> JSON {
    switch content {
    case .list(let elements): return .array(elements.map { $0.json(text) })
    case .map(let pairs):
      return .object(
        Dictionary(pairs.map { ($0.key, $0.value.json(text)) }, uniquingKeysWith: { $1 }))
    case .scalar(let scalar):
      guard let plain = scalar.text else { return .string(text(scalar.parts)) }
      return Self.json(plain, isQuoted: scalar.isQuoted, isNull: isNull)
    }
  }

  private static func json(_ text: String, isQuoted: Bool, isNull: Bool) -> JSON {
    if isQuoted { return .string(text) }
    if isNull { return .null }
    if text == "true" || text == "false" { return .bool(text == "true") }
    if let value = Int(text) { return .integer(value) }
    if let value = Double(text), value.isFinite { return .number(value) }
    return .string(text)
  }
}
