/// Which names a rule is about: `db.internal`, `*.internal` or `*`.
///
/// `*.internal` means every name below `internal`, at any depth (`a.internal`, `a.b.internal`), and not
/// `internal` itself. `*` means every name. Case and a dot at the end make no difference.
public enum NamePattern: Sendable, Hashable {
  case every
  case name(DomainName)
  case below(DomainName)

  /// Why a text is no pattern.
  public enum Mistake: Error, Sendable, Hashable {
    case empty
    /// A `*` that is not the whole of the first label.
    case wildcard
    /// A label is empty or above 63 bytes, or the name is above 253.
    case length
    case character(Character)

    /// What is wrong, as the end of a sentence about the text.
    public var reason: String {
      switch self {
      case .empty: "is empty"
      case .wildcard: "has a '*' that is not the whole first part"
      case .length: "has a part that is empty or longer than 63 bytes, or is longer than 253"
      case .character(let character): "has '\(character)', which no host name has"
      }
    }

    /// What to write.
    public var cure: String {
      switch self {
      case .empty, .wildcard, .length: "write a name such as db.internal, or *.internal, or *"
      case .character(let character):
        character.isASCII
          ? "names have letters, digits, '-' and '_', with dots between their parts"
          : "write the name as it is looked up: its parts with xn--"
      }
    }
  }

  /// Reads a pattern.
  public init(_ text: String) throws(Mistake) {
    guard !text.isEmpty else { throw .empty }
    guard text != "*" else {
      self = .every
      return
    }
    var parts = text.split(separator: ".", omittingEmptySubsequences: false)
    if parts.count > 1, parts.last?.isEmpty == true { parts.removeLast() }
    let isWildcard = parts.first == "*" && parts.count > 1
    if isWildcard { parts.removeFirst() }
    for character in parts.joined() {
      if character == "*" { throw .wildcard }
      guard character.isASCII, character.isLetter || character.isNumber || "-_".contains(character)
      else { throw .character(character) }
    }
    guard let name = DomainName(labels: parts.map { Array($0.utf8) }) else { throw .length }
    self = isWildcard ? .below(name) : .name(name)
  }

  /// Whether a name is meant.
  public func matches(_ name: DomainName) -> Bool {
    switch self {
    case .every: true
    case .name(let own): own == name
    case .below(let own): name.isBelow(own)
    }
  }

  /// The pattern as it is read, with small letters and no dot at the end.
  public var text: String {
    switch self {
    case .every: "*"
    case .name(let name): name.text
    case .below(let name): "*.\(name.text)"
    }
  }
}

extension NamePattern: FieldValue {
  public static var schema: Schema { .string() }
  public static var placeholder: NamePattern { .every }

  public static func read(_ node: Node, in reading: inout Reading) -> NamePattern? {
    guard let text = Scalar.text(of: node, expecting: "a pattern of names", in: &reading) else {
      return nil
    }
    do throws(Mistake) {
      return try NamePattern(text)
    } catch {
      reading.note("'\(text.limited)' \(error.reason)", at: node.mark, cure: error.cure)
      return nil
    }
  }
}

extension NamePattern: Codable {
  /// Reads the text of a pattern.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    do throws(Mistake) {
      self = try NamePattern(text)
    } catch {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: error.reason)
    }
  }

  /// Writes the text of the pattern.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }
}
