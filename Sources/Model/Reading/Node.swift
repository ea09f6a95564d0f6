/// A node of an experiment file or of a message, before it has a type.
///
/// Scalars stay text: the type that is asked for decides what they mean, so that `no`, `012` and
/// `12:30` hold none of YAML 1.1's surprises.
public struct Node: Sendable, Hashable {
  /// What a node holds.
  public enum Content: Sendable, Hashable {
    case scalar(Scalar)
    case list([Node])
    case map([Pair])
  }

  /// A key and its value, in the file's order.
  public struct Pair: Sendable, Hashable {
    public var key: String
    public var keyMark: Mark?
    public var value: Node

    /// Makes a pair; messages have no marks.
    public init(key: String, keyMark: Mark? = nil, value: Node) {
      self.key = key
      self.keyMark = keyMark
      self.value = value
    }
  }

  public var content: Content
  public var mark: Mark?

  /// Makes a node; nodes of messages have no mark.
  public init(_ content: Content, mark: Mark? = nil) {
    self.content = content
    self.mark = mark
  }

  /// A scalar of plain text, such as a test or a message writes.
  public init(text: String, isQuoted: Bool = true, mark: Mark? = nil) {
    self.init(.scalar(Scalar(text, isQuoted: isQuoted)), mark: mark)
  }

  /// Whether the node is YAML's or JSON's null.
  public var isNull: Bool {
    guard case .scalar(let scalar) = content, !scalar.isQuoted, let text = scalar.text else {
      return false
    }
    return ["", "~", "null", "Null", "NULL"].contains(text)
  }

  /// The value under `key`, if this is a map that has it.
  public subscript(key: String) -> Node? {
    guard case .map(let pairs) = content else { return nil }
    return pairs.first { $0.key == key }?.value
  }

  /// What the node is, in an author's words.
  public var kind: String {
    switch content {
    case .scalar: isNull ? "nothing" : "a single value"
    case .list: "a list"
    case .map: "a section"
    }
  }
}

/// A scalar: text, in which references to secrets stay references.
public struct Scalar: Sendable, Hashable {
  /// A stretch of text, or the name of a secret that stands there.
  public enum Part: Sendable, Hashable {
    case text(String)
    case secret(String)
  }

  public var parts: [Part]
  /// Whether it was quoted, and so can only be text.
  public var isQuoted: Bool

  /// Makes a scalar without secrets.
  public init(_ text: String, isQuoted: Bool = true) {
    self.init(parts: [.text(text)], isQuoted: isQuoted)
  }

  /// Makes a scalar from its parts.
  public init(parts: [Part], isQuoted: Bool) {
    self.parts = parts
    self.isQuoted = isQuoted
  }

  /// The text, unless a secret stands in it.
  public var text: String? {
    var all = ""
    for part in parts {
      guard case .text(let piece) = part else { return nil }
      all += piece
    }
    return all
  }
}
