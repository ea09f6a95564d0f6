/// The fields of one section: reading them declares them.
///
/// A field that is missing or malformed is noted and answered with a placeholder, so that one pass
/// finds every problem. Run on nothing, the same initializer yields the schema.
public struct Fields {
  private let section: Node?
  private var reading: Reading
  private var declared: [Schema.Field] = []
  private var openNames: Set<String> = []
  /// Names that stand for a pattern of names in suggestions.
  private var exampleNames: [String] = []
  /// Fields that are missing or could not be read.
  private var faultyNames: Set<String> = []
  private var missing: [(name: String, summary: String)] = []
  /// The name of this section, where the file leaves it out.
  private let absentSection: String?

  /// Reads the fields of `section`.
  init(reading section: Node, in reading: Reading) {
    self.section = section
    self.reading = reading
    absentSection = reading.absentSection
    self.reading.absentSection = nil
  }

  /// Declares fields without reading any.
  init(declaringWith catalog: Catalog) {
    section = nil
    reading = Reading(file: "", catalog: catalog)
    absentSection = nil
  }

  /// Whether so many problems are noted that a further one would not be.
  var isFull: Bool { reading.isFull }

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
      missing.append((name, summary))
      faultyNames.insert(name)
      return type.placeholder
    }
    return readField(name, node, as: type) ?? type.placeholder
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
    return readField(name, node, as: type)
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
    return readField(name, node, as: Value.self) ?? fallback
  }

  /// Notes a problem at a field, for rules that span several of them.
  ///
  /// A field that is missing or could not be read has its problem already, and a placeholder for a value.
  public mutating func note(_ message: String, at name: String, cure: String? = nil) {
    guard !faultyNames.contains(name) else { return }
    note(message, at: mark(of: name), cure: cure)
  }

  /// Notes that a secret stands where it would be seen.
  mutating func refuseSecret(at mark: Mark?) {
    reading.refuseSecret(at: mark)
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
  /// For sections whose keys the author chooses or that follow a pattern, such as `p95`; `example`
  /// stands for the pattern in suggestions.
  public mutating func open<Value: FieldValue>(
    _ pattern: String, _ summary: String, as type: Value.Type = Value.self,
    example: String? = nil, isNamed: (String) -> Bool
  ) -> [(name: String, value: Value)] {
    if let example { exampleNames.append(example) }
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

  /// Declares a field that someone else reads from `node(_:)`, such as a fault's own section.
  public mutating func delegated(_ name: String, _ summary: String, schema: Schema) -> Node? {
    declare(name, summary, schema, isRequired: false, fallback: nil)
    return section?[name]
  }

  /// Reads a section of another type in place, as `with:` of a fault is read by that fault.
  public mutating func read<Value: FieldValue>(_ node: Node, as type: Value.Type) -> Value? {
    type.read(node, in: &reading)
  }

  /// Reads a section that the file leaves out, so that its defaults hold and what it must have is
  /// missed under its name.
  mutating func readAbsent<Section: FieldSection>(
    _ name: String, as type: Section.Type, at mark: Mark?
  ) -> Section? {
    reading.absentSection = name
    return type.read(Node(.map([]), mark: mark), in: &reading)
  }

  /// Whether the section has keys that nothing has declared so far: one of them may be the
  /// misspelt name of what seems to be missing.
  public var hasUnknownKeys: Bool { !unknownPairs.isEmpty }

  /// Whether a field, given by its path from this section, holds a value that is not known.
  func isUnknown(_ path: String...) -> Bool {
    let node = path.reduce(section) { $0?[$1] }
    return node?.mark.map { reading.unknownPlaces.contains($0) } ?? false
  }

  private var unknownPairs: [Node.Pair] {
    guard case .map(let pairs)? = section?.content else { return [] }
    let known = Set(declared.filter { !$0.isPattern }.map(\.name)).union(openNames)
    return pairs.filter { !known.contains($0.key) }
  }

  /// Notes every missing field and every unknown key, and hands the reading back.
  ///
  /// A missing field whose name is only misspelt is one problem, not two.
  mutating func finish() -> Reading {
    let names = declared.filter { !$0.isPattern }.map(\.name) + exampleNames
    for pair in unknownPairs where !reading.isFull {
      let intended = Suggestion.nearest(to: pair.key, among: names)
      missing.removeAll { $0.name == intended }
      reading.note(
        "unknown field '\(pair.key.limited)'", at: pair.keyMark ?? pair.value.mark,
        cure: Suggestion.cure(for: pair.key, among: names))
    }
    for (name, summary) in missing {
      reading.note(
        "missing '\(name)': \(summary)", at: section?.mark,
        cure: absentSection.map { "add '\($0): {\(name): …}'" } ?? "add '\(name):'")
    }
    return reading
  }

  /// The schema of a section, from its own initializer.
  static func declared<Section: FieldSection>(
    by type: Section.Type, with catalog: Catalog = .empty
  ) -> Schema {
    var fields = Fields(declaringWith: catalog)
    _ = type.init(&fields)
    return .object(fields.declared)
  }

  private mutating func readField<Value: FieldValue>(
    _ name: String, _ node: Node, as type: Value.Type
  ) -> Value? {
    let before = reading.problems.count
    let value = type.read(node, in: &reading)
    if reading.problems.count > before { faultyNames.insert(name) }
    return value
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
