/// A process as an entry of a host's state: who holds it, and whether it is part of a run.
public struct ProcessEntry: Sendable, Hashable {
  /// What may hold a process; running, waiting and sleeping are one and the same here.
  public enum Condition: Sendable, Hashable {
    case running
    /// By a signal: state T.
    case stopped
    /// By a debugger or a holder of this process id, running or not.
    case traced(by: Int32)
  }

  /// What a process is to a run of Jenner.
  public enum Role: String, Sendable {
    case effect
    case guardian
  }

  public var process: ProcessIdentity
  public var condition: Condition
  /// The program's name, for people.
  public var program: String
  /// The run that it is part of, and as what.
  public var part: Part?

  /// A part in a run.
  public struct Part: Sendable, Hashable {
    public var role: Role
    public var run: String

    /// Makes a part.
    public init(_ role: Role, of run: String) {
      self.role = role
      self.run = run
    }
  }

  /// Makes an entry.
  public init(
    process: ProcessIdentity, condition: Condition, program: String, part: Part? = nil
  ) {
    self.process = process
    self.condition = condition
    self.program = program
    self.part = part
  }

  // MARK: As text

  /// The key of a process: its id, and when it started.
  public static func key(of process: ProcessIdentity) -> String {
    "\(process.pid)@\(process.startTime)"
  }

  /// The key of the entry.
  public var key: String { Self.key(of: process) }

  /// The entry in words, such as `stopped: redis-server` or `running, effect of run r: sleep`.
  public var text: String {
    let part = self.part.map { ", \($0.role.rawValue) of run \($0.run)" } ?? ""
    return "\(condition.text)\(part): \(program.limited)"
  }

  /// What of a text says how a process is held, and to whom it belongs.
  static func condition(in text: String) -> Substring {
    text.prefix { $0 != ":" }
  }

  /// Reads what `key` and `text` say.
  public init?(key: String, text: String) {
    let numbers = key.split(separator: "@")
    guard numbers.count == 2, let pid = Int32(numbers[0]), let start = UInt64(numbers[1])
    else { return nil }
    let head = Self.condition(in: text)
    let words = head.split(separator: ",", maxSplits: 1)
    guard let condition = words.first.flatMap({ Condition(text: $0) }) else { return nil }
    process = ProcessIdentity(pid: pid, startTime: start)
    self.condition = condition
    program = String(text.dropFirst(head.count + 2))
    part = words.count > 1 ? Part(text: words[1]) : nil
  }
}

extension ProcessEntry.Condition {
  private static let traced = "traced by "

  fileprivate var text: String {
    switch self {
    case .running: "running"
    case .stopped: "stopped"
    case .traced(let tracer): "\(Self.traced)\(tracer)"
    }
  }

  fileprivate init?(text: Substring) {
    switch text {
    case "running": self = .running
    case "stopped": self = .stopped
    default:
      guard text.hasPrefix(Self.traced), let tracer = Int32(text.dropFirst(Self.traced.count))
      else { return nil }
      self = .traced(by: tracer)
    }
  }
}

extension ProcessEntry.Part {
  /// Reads ` effect of run r`.
  fileprivate init?(text: Substring) {
    let words = text.split(separator: " ")
    guard words.count == 4, let role = ProcessEntry.Role(rawValue: String(words[0])) else {
      return nil
    }
    self.init(role, of: String(words[3]))
  }
}
