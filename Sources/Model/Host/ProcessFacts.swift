/// A process that can't be mistaken for a later one of the same id.
public struct ProcessIdentity: Sendable, Hashable, Codable, Comparable {
  public var pid: Int32
  /// When it started, in clock ticks since boot: field 22 of proc_pid_stat(5).
  public var startTime: UInt64

  /// Makes an identity.
  public init(pid: Int32, startTime: UInt64) {
    self.pid = pid
    self.startTime = startTime
  }

  public static func < (left: Self, right: Self) -> Bool {
    (left.pid, left.startTime) < (right.pid, right.startTime)
  }

  private enum CodingKeys: String, CodingKey {
    case pid
    case startTime = "start_time"
  }
}

/// What /proc says of one process.
public struct ProcessFacts: Sendable, Hashable, Codable {
  public var identity: ProcessIdentity
  public var parent: Int32
  /// The state letter of proc_pid_stat(5): R, S, D, T, t, Z, X, I.
  public var state: String
  /// The arguments; empty for a kernel thread.
  public var commandLine: [String]
  /// The path of the executable; nil where it may not be read.
  public var executable: String?
  public var userID: UInt32
  public var userName: String?
  /// The paths of proc_pid_cgroup(5), one for each hierarchy.
  public var cgroups: [String]
  /// The process that traces it by ptrace(2); nil if none does.
  public var tracer: Int32?

  /// Makes the facts of one process.
  public init(
    identity: ProcessIdentity, parent: Int32, state: String, commandLine: [String],
    executable: String?, userID: UInt32, userName: String?, cgroups: [String],
    tracer: Int32? = nil
  ) {
    self.identity = identity
    self.parent = parent
    self.state = state
    self.commandLine = commandLine
    self.executable = executable
    self.userID = userID
    self.userName = userName
    self.cgroups = cgroups
    self.tracer = tracer
  }

  /// Whether it is stopped by a signal.
  public var isStopped: Bool { state == "T" }

  /// Whether nothing of it is left but its exit status.
  public var isDead: Bool { state == "Z" || state == "X" }

  /// The last component of the executable's path, or of the first argument.
  public var programName: String {
    let path = executable ?? commandLine.first ?? ""
    let name = path.split(separator: "/").last.map(String.init) ?? path
    // The kernel appends this to the link once the file has been replaced or removed.
    return name.hasSuffix(" (deleted)") ? String(name.dropLast(10)) : name
  }

  /// The names by which it is known: its program's, and that of the title which it shows.
  ///
  /// A daemon may show another title than its executable's name, such as `sshd: user`.
  public var names: Set<String> {
    let title = commandLine.first.map { $0.prefix { $0 != " " && $0 != ":" } } ?? ""
    return [programName, String(title.split(separator: "/").last ?? title)]
  }
}
