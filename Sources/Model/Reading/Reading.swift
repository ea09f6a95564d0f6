/// The state of reading one file: its name, what is known, and every problem so far.
public struct Reading: Sendable {
  public let file: String
  public let catalog: Catalog
  public private(set) var problems: [Problem] = []
  /// Places whose value is not known, such as `${url}` where nothing sets it: what stands there can
  /// be neither right nor wrong, so nothing is noted there.
  public var unknownPlaces: Set<Mark> = []

  /// Whether a section with problems stays in place, so that rules that span sections still see its
  /// other fields; whoever sets this answers for discarding the result.
  var keepsFaultySections = false
  /// The name of the section that is read next, where it was left out.
  var absentSection: String?

  /// A file with more problems than this is not an experiment; the rest would not help its author.
  public static let problemLimit = 100

  /// Whether so many problems are noted that a further one would not be.
  public var isFull: Bool { problems.count >= Self.problemLimit }

  /// Starts reading a file.
  public init(file: String, catalog: Catalog) {
    self.file = file
    self.catalog = catalog
  }

  /// Notes a problem and goes on.
  public mutating func note(_ message: String, at mark: Mark?, cure: String? = nil) {
    guard !isFull else { return }
    if let mark, unknownPlaces.contains(mark) { return }
    problems.append(Problem(file: file, mark: mark, message: message, cure: cure))
  }
}

/// A type that can be read from a node, and that says what it accepts.
public protocol FieldValue: Sendable {
  /// What the value may look like.
  static var schema: Schema { get }

  /// A value to go on with after a problem was noted, or while fields are only declared.
  static var placeholder: Self { get }

  /// Reads a value, or notes why it can't be one and returns nil.
  static func read(_ node: Node, in reading: inout Reading) -> Self?
}

/// A value made of named fields, which its initializer both declares and reads.
public protocol FieldSection: FieldValue {
  /// Declares each field and reads it in one go.
  ///
  /// It runs on a section of a file to read it, and on nothing to learn the schema; so it must ask
  /// for the same fields whatever their values are.
  init(_ fields: inout Fields)
}

extension FieldSection {
  public static var schema: Schema { Fields.declared(by: Self.self) }

  public static var placeholder: Self {
    var fields = Fields(declaringWith: Catalog.empty)
    return Self(&fields)
  }

  public static func read(_ node: Node, in reading: inout Reading) -> Self? {
    readSection(node, in: &reading)
  }

  /// Reads the section; nil if anything in it is wrong.
  static func readSection(_ node: Node, in reading: inout Reading) -> Self? {
    guard case .map = node.content else {
      reading.note(
        "expected a section with fields, not \(node.kind)", at: node.mark,
        cure: "write 'field: value' lines, indented")
      return nil
    }
    let before = reading.problems.count
    var fields = Fields(reading: node, in: reading)
    let value = Self(&fields)
    reading = fields.finish()
    return reading.problems.count == before || reading.keepsFaultySections ? value : nil
  }
}
