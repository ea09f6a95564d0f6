/// A name that the author chose or refers to, with its place, so that a dangling one is shown there.
public struct Name: FieldValue, Hashable, ExpressibleByStringLiteral {
  public let text: String
  public let mark: Mark?

  /// Makes a name without a place.
  public init(_ text: String, mark: Mark? = nil) {
    self.text = text
    self.mark = mark
  }

  /// Makes a name without a place.
  public init(stringLiteral value: String) {
    self.init(value)
  }

  public static func == (left: Name, right: Name) -> Bool { left.text == right.text }
  public func hash(into hasher: inout Hasher) { hasher.combine(text) }

  public static var schema: Schema { .string() }
  public static var placeholder: Name { Name("") }

  public static func read(_ node: Node, in reading: inout Reading) -> Name? {
    guard let text = Scalar.text(of: node, expecting: "a name", in: &reading) else { return nil }
    guard text.count <= 100,
      !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
    else {
      reading.note(
        "a name is one line of at most 100 characters, none of which controls a terminal",
        at: node.mark, cure: "shorten it")
      return nil
    }
    return Name(text, mark: node.mark)
  }
}

/// One name, or several.
public struct Names: FieldValue, Hashable {
  public let all: [Name]

  public static var schema: Schema { .any(of: [.string(), .list(.string())]) }
  public static var placeholder: Names { Names(all: []) }

  public static func read(_ node: Node, in reading: inout Reading) -> Names? {
    if case .list = node.content { return [Name].read(node, in: &reading).map(Names.init) }
    return Name.read(node, in: &reading).map { Names(all: [$0]) }
  }
}
