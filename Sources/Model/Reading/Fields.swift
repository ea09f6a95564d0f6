/// The fields of one section: reading them declares them.
///
/// A field that is missing or malformed is noted and answered with a placeholder, so that one pass
/// finds every problem. Run on nothing, the same initializer yields the schema.
public struct Fields {
  private let section: Node?
  private var reading: Reading
  private var declared: [Schema.Field] = []

  /// Reads the fields of `section`.
  init(reading section: Node, in reading: Reading) {
    self.section = section
    self.reading = reading
  }

  /// Declares fields without reading any.
  init(declaringWith catalog: Catalog) {
    section = nil
    reading = Reading(file: "", catalog: catalog)
  }

  /// What the file may name: the kinds of fault and probe of this binary.
  public var catalog: Catalog { reading.catalog }

  /// Whether the fields are only declared, so that placeholders are all there is.
  public var isDeclaring: Bool { section == nil }

  /// Where the section starts.
  public var mark: Mark? { section?.mark }

  /// The node of a field, if the section has it.
  public func node(_ name: String) -> Node? { section?[name] }

  /// The mark of a field's value, or of the section where it is absent.
  public func mark(of name: String) -> Mark? { section?[name]?.mark ?? section?.mark }

  /// A field that must be there.
  public mutating func required<Value: FieldValue>(
    _ name: String, _ summary: String, as type: Value.Type = Value.self
  ) -> Value {
    declare(name, summary, type.schema, isRequired: true, fallback: nil)
    guard let section else { return type.placeholder }
    guard let node = section[name], !node.isNull else {
      reading.note("missing '\(name)': \(summary)", at: section.mark, cure: "add '\(name):'")
      return type.placeholder
    }
    return type.read(node, in: &reading) ?? type.placeholder
  }

  /// A field that may be left out.
  public mutating func optional<Value: FieldValue>(
    _ name: String, _ summary: String, as type: Value.Type = Value.self
  ) -> Value? {
    declare(name, summary, type.schema, isRequired: false, fallback: nil)
    guard let node = section?[name] else { return nil }
    if node.isNull {
      reading.note("'\(name)' is empty", at: node.mark, cure: "give it a value or leave it out")
      return nil
    }
    return type.read(node, in: &reading)
  }

  /// A field with a default, which the schema and the reference show as `shown`.
  public mutating func value<Value: FieldValue>(
    _ name: String, _ summary: String, default fallback: Value, shown: String
  ) -> Value {
    declare(name, summary, Value.schema, isRequired: false, fallback: shown)
    guard let node = section?[name] else { return fallback }
    if node.isNull {
      reading.note("'\(name)' is empty", at: node.mark, cure: "give it a value or leave it out")
      return fallback
    }
    return Value.read(node, in: &reading) ?? fallback
  }

  /// Notes a problem at a field, for rules that span several of them.
  public mutating func note(_ message: String, at name: String, cure: String? = nil) {
    note(message, at: mark(of: name), cure: cure)
  }

  /// Notes a problem of the section as a whole.
  public mutating func note(_ message: String, cure: String? = nil) {
    note(message, at: mark, cure: cure)
  }

  /// Notes a problem at a place.
  public mutating func note(_ message: String, at mark: Mark?, cure: String? = nil) {
    guard section != nil else { return }
    reading.note(message, at: mark ?? self.mark, cure: cure)
  }

  /// Accepts every key of the section that `isNamed` accepts, as values of one type.
  ///
  /// For sections whose keys the author chooses or that follow a pattern, such as `p95`.
  public mutating func open<Value: FieldValue>(
    _ pattern: String, _ summary: String, as type: Value.Type = Value.self,
    isNamed: (String) -> Bool
  ) -> [(name: String, value: Value)] {
    declared.append(
      Schema.Field(
        name: pattern, summary: summary, schema: type.schema, isRequired: false, fallback: nil,
        isPattern: true))
    guard case .map(let pairs)? = section?.content else { return [] }
    var found: [(name: String, value: Value)] = []
    for pair in pairs where isNamed(pair.key) {
      openNames.insert(pair.key)
      if let value = type.read(pair.value, in: &reading) { found.append((pair.key, value)) }
    }
    return found
  }

  private var openNames: Set<String> = []

  /// Declares a field that someone else reads from `node(_:)`, such as a fault's own section.
  public mutating func delegated(_ name: String, _ summary: String, schema: Schema) -> Node? {
    declare(name, summary, schema, isRequired: false, fallback: nil)
    return section?[name]
  }

  /// Reads a section of another type in place, as `with:` of a fault is read by that fault.
  public mutating func read<Value: FieldValue>(_ node: Node, as type: Value.Type) -> Value? {
    type.read(node, in: &reading)
  }

  /// Notes every unknown key and hands the reading back.
  mutating func finish() -> Reading {
    guard case .map(let pairs)? = section?.content else { return reading }
    let known = declared.filter { !$0.isPattern }.map(\.name)
    for pair in pairs where !known.contains(pair.key) && !openNames.contains(pair.key) {
      reading.note(
        "unknown field '\(pair.key)'", at: pair.keyMark ?? pair.value.mark,
        cure: Suggestion.cure(for: pair.key, among: declared.map(\.name)))
    }
    return reading
  }

  /// The schema of a section, from its own initializer.
  static func declared<Section: FieldSection>(by type: Section.Type) -> Schema {
    var fields = Fields(declaringWith: Catalog.empty)
    _ = type.init(&fields)
    return .object(fields.declared)
  }

  private mutating func declare(
    _ name: String, _ summary: String, _ schema: Schema, isRequired: Bool, fallback: String?
  ) {
    declared.append(
      Schema.Field(
        name: name, summary: summary, schema: schema, isRequired: isRequired, fallback: fallback,
        isPattern: false))
  }
}
