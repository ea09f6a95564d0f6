/// What a value may look like; rendered as JSON Schema 2020-12, as help and as reference pages.
public indirect enum Schema: Sendable, Hashable {
  case string(pattern: String? = nil, format: String? = nil)
  case integer(minimum: Int? = nil, maximum: Int? = nil)
  case number
  case boolean
  case choice([String])
  case list(Schema)
  case object([Field])
  case any(of: [Schema])
  /// A definition that stands elsewhere, which keeps recursive schemas finite.
  case reference(String)
  case anything

  /// A named field of an object.
  public struct Field: Sendable, Hashable {
    public var name: String
    public var summary: String
    public var schema: Schema
    public var isRequired: Bool
    /// The default in an author's spelling.
    public var fallback: String?
    /// Whether the name is a regular expression over the keys that it stands for.
    public var isPattern: Bool

    /// Makes a field.
    public init(
      name: String, summary: String, schema: Schema, isRequired: Bool = false,
      fallback: String? = nil, isPattern: Bool = false
    ) {
      self.name = name
      self.summary = summary
      self.schema = schema
      self.isRequired = isRequired
      self.fallback = fallback
      self.isPattern = isPattern
    }
  }

  /// The fields, if this is an object.
  public var fields: [Field] {
    guard case .object(let fields) = self else { return [] }
    return fields
  }

  /// The schema that a section declares, given the kinds that its fields may name.
  public static func declared<Section: FieldSection>(
    by type: Section.Type, with catalog: Catalog
  ) -> Schema {
    Fields.declared(by: type, with: catalog)
  }

  /// What stands for a value of any type, and so satisfies every schema of a single value.
  private static let substitution: JSON = ["type": "string", "pattern": #"\$\{[^}]+\}"#]

  /// The schema as JSON Schema 2020-12, of what an author may write: `${name}` for any value, and
  /// text without quotation marks even where it looks like a number.
  public var json: JSON {
    switch self {
    case .string(nil, nil): return ["type": ["string", "number", "boolean"]]
    case .string(let pattern, let format):
      var members: [String: JSON] = ["type": "string"]
      members["pattern"] = pattern.map(JSON.string)
      members["format"] = format.map(JSON.string)
      return ["anyOf": [.object(members), Self.substitution]]
    case .integer(let minimum, let maximum):
      var members: [String: JSON] = ["type": "integer"]
      members["minimum"] = minimum.map(JSON.integer)
      members["maximum"] = maximum.map(JSON.integer)
      return ["anyOf": [.object(members), Self.substitution]]
    case .number: return ["anyOf": [["type": "number"], Self.substitution]]
    case .boolean: return ["anyOf": [["type": "boolean"], Self.substitution]]
    case .choice(let names):
      return ["anyOf": [["enum": .array(names.map(JSON.string))], Self.substitution]]
    case .list(let element): return ["type": "array", "items": element.json]
    case .any(let schemas): return ["anyOf": .array(schemas.map(\.json))]
    case .reference(let name): return ["$ref": .string("#/$defs/\(name)")]
    case .anything: return [:]
    case .object(let fields): return Self.object(fields)
    }
  }

  private static func object(_ fields: [Field]) -> JSON {
    var properties: [String: JSON] = [:]
    var patterns: [String: JSON] = [:]
    for field in fields {
      guard case .object(var members) = field.schema.json else { continue }
      members["description"] = .string(field.summary)
      members["default"] = field.fallback.map(JSON.string)
      if field.isPattern {
        patterns[field.name] = .object(members)
      } else {
        properties[field.name] = .object(members)
      }
    }
    var members: [String: JSON] = [
      "type": "object", "additionalProperties": false, "properties": .object(properties),
    ]
    if !patterns.isEmpty { members["patternProperties"] = .object(patterns) }
    let required = fields.filter(\.isRequired).map { JSON.string($0.name) }
    if !required.isEmpty { members["required"] = .array(required) }
    return .object(members)
  }
}
