/// Which processes a fault hits: all conditions must hold, then `tree` adds descendants, then
/// `pick` chooses.
public struct ProcessSelector: FieldSection, Hashable {
  /// How many of the matching processes are hit.
  public enum Pick: Sendable, Hashable {
    case count(Int)
    case share(Percentage)
    case all
  }

  /// Matches anywhere in the command line, its arguments joined by spaces.
  public var commandLine: Pattern?
  /// The executable's path, or its last component.
  public var executable: String?
  /// A file that holds the process's id.
  public var pidFile: String?
  /// A TCP or UDP port that the process listens on.
  public var port: Int?
  /// The effective user, by name or number.
  public var user: String?
  /// The cgroup, as in /proc/PID/cgroup, or one above it.
  public var cgroup: String?
  /// Whether all descendants are hit with each match.
  public var tree: Bool
  public var pick: Pick

  /// Declares and reads a selector.
  public init(_ fields: inout Fields) {
    commandLine = fields.optional(
      "cmdline", "regular expression found in the command line, arguments joined by spaces")
    executable = fields.optional("executable", "path of the executable, or its last component")
    pidFile = fields.optional("pidfile", "absolute path of a file that holds the process id")
    port = fields.optional("port", "TCP or UDP port that the process listens on")
    user = fields.optional("user", "effective user, by name or number")
    cgroup = fields.optional("cgroup", "cgroup as in /proc/PID/cgroup, or one above it")
    tree = fields.value("tree", "hit all descendants too", default: false, shown: "false")
    pick = fields.value("pick", "how many: 1, 50% or all", default: .all, shown: "all")
    guard !fields.isDeclaring else { return }
    let keys = ["cmdline", "executable", "pidfile", "port", "user", "cgroup"]
    if !keys.contains(where: { fields.node($0) != nil }), !fields.hasUnknownKeys {
      fields.note(
        "no condition selects a process", cure: "add one of " + keys.joined(separator: ", "))
    }
    if let port, !(1...65535).contains(port) {
      fields.note("\(port) is not a port", at: "port", cure: "ports run from 1 to 65535")
    }
    if let pidFile, !pidFile.hasPrefix("/") {
      fields.note("'\(pidFile.limited)' is not an absolute path", at: "pidfile")
    }
  }

  /// The selector in one line, for a plan.
  public var shown: String {
    var parts: [String] = []
    if let commandLine { parts.append("cmdline ~ /\(commandLine.text)/") }
    if let executable { parts.append("executable \(executable)") }
    if let pidFile { parts.append("pidfile \(pidFile)") }
    if let port { parts.append("port \(port)") }
    if let user { parts.append("user \(user)") }
    if let cgroup { parts.append("cgroup \(cgroup)") }
    if tree { parts.append("with descendants") }
    return parts.joined(separator: ", ") + ", pick \(pick.text)"
  }
}

extension ProcessSelector.Pick: FieldValue {
  public static var schema: Schema {
    .any(of: [.integer(minimum: 1), Percentage.schema, .choice(["all"])])
  }
  public static var placeholder: ProcessSelector.Pick { .all }

  /// The choice in an author's spelling.
  public var text: String {
    switch self {
    case .all: "all"
    case .count(let count): String(count)
    case .share(let share): share.text
    }
  }

  public static func read(_ node: Node, in reading: inout Reading) -> ProcessSelector.Pick? {
    let expected = "a count such as 1, a share such as 50%, or all"
    guard let text = Scalar.text(of: node, expecting: expected, in: &reading) else { return nil }
    if text == "all" { return .all }
    if let count = Int(text), count >= 1 { return .count(count) }
    if let share = Percentage(text: text), share.fraction > 0 { return .share(share) }
    reading.note("'\(text.limited)' is not \(expected)", at: node.mark)
    return nil
  }
}

extension ProcessSelector: Codable {
  private enum CodingKeys: String, CodingKey {
    case commandLine = "cmdline"
    case executable, user, cgroup, tree, pick, port
    case pidFile = "pidfile"
  }

  /// Reads a selector from a message.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    commandLine = try container.decodeIfPresent(Pattern.self, forKey: .commandLine)
    executable = try container.decodeIfPresent(String.self, forKey: .executable)
    pidFile = try container.decodeIfPresent(String.self, forKey: .pidFile)
    port = try container.decodeIfPresent(Int.self, forKey: .port)
    user = try container.decodeIfPresent(String.self, forKey: .user)
    cgroup = try container.decodeIfPresent(String.self, forKey: .cgroup)
    tree = try container.decode(Bool.self, forKey: .tree)
    let text = try container.decode(String.self, forKey: .pick)
    if text == "all" {
      pick = .all
    } else if let count = Int(text) {
      pick = .count(count)
    } else if let share = Percentage(text: text) {
      pick = .share(share)
    } else {
      throw DecodingError.dataCorruptedError(
        forKey: .pick, in: container, debugDescription: "not a choice")
    }
  }

  /// Writes the selector with the keys of the file.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encodeIfPresent(commandLine, forKey: .commandLine)
    try container.encodeIfPresent(executable, forKey: .executable)
    try container.encodeIfPresent(pidFile, forKey: .pidFile)
    try container.encodeIfPresent(port, forKey: .port)
    try container.encodeIfPresent(user, forKey: .user)
    try container.encodeIfPresent(cgroup, forKey: .cgroup)
    try container.encode(tree, forKey: .tree)
    try container.encode(pick.text, forKey: .pick)
  }
}
