import Model

/// A machine of a few processes, which a test changes as it likes.
final class FakeHost: Host, @unchecked Sendable {
  // Each test has a host of its own and uses it on one thread.
  var all: [Int32: ProcessFacts] = [:]
  var listening: [Int: [Int32]] = [:]
  var files: [String: String] = [:]
  /// Processes that are there once the others have been listed.
  var newborn: [ProcessFacts] = []
  /// Processes that no signal reaches.
  var immovable: Set<Int32> = []
  /// Processes of which nothing can be read.
  var unreadable: Set<Int32> = []
  /// Processes that signals reach without effect.
  var deaf: Set<Int32> = []
  /// Signals that processes do not heed.
  var deafTo: [Int32: Set<Signal>] = [:]

  var network = NetworkFacts(interfaces: [], routes: [])
  /// The inodes of network namespaces, by path.
  var namespaces: [String: UInt64] = ["/proc/self/ns/net": 1]
  /// The connections that processes have open.
  var established: [EstablishedConnection] = []
  var users: [String: UInt32] = [:]
  /// What programs print, by their whole command; of those that are not here nothing is installed.
  var commands: [String: CommandResult] = [:]
  var unifiedCgroups: String?

  /// What is in the way of ptrace(2); nil: nothing.
  var obstacle: String? = "tracing is refused"

  init(_ processes: [ProcessFacts] = []) {
    for process in processes { all[process.identity.pid] = process }
  }

  func processes() throws(HostError) -> [ProcessFacts] {
    defer {
      for process in newborn { all[process.identity.pid] = process }
    }
    return all.values.sorted { $0.identity < $1.identity }
  }
  func process(_ pid: Int32) -> ProcessFacts? { unreadable.contains(pid) ? nil : all[pid] }
  func hasEnded(_ process: ProcessIdentity) -> Bool {
    all[process.pid].map { $0.identity != process || $0.isDead } ?? true
  }
  func obstacleToTracing(_ pid: Int32) -> String? { obstacle }
  func listeners(on port: Int) throws(HostError) -> [Int32] { listening[port] ?? [] }
  func contents(of path: String) throws(HostError) -> String {
    guard let text = files[path] else { throw HostError("read \(path): No such file or directory") }
    return text
  }

  func networkNamespace(at path: String) throws(HostError) -> NetworkNamespace {
    guard let inode = namespaces[path] else { throw HostError("find \(path): No such file") }
    return NetworkNamespace(path: path, inode: inode)
  }
  func network(in namespace: NetworkNamespace?) throws(HostError) -> NetworkFacts { network }
  func connections(of processes: Set<Int32>) throws(HostError) -> [EstablishedConnection] {
    established.filter { processes.contains($0.process) }
  }
  func userID(named name: String) -> UInt32? { users[name] }
  func check(_ command: Command) -> CommandResult {
    let words = command.argv
    return commands[words.joined(separator: " ")] ?? commands[words[0]]
      ?? CommandResult(ending: .notStarted("there is no \(words[0])"))
  }

  /// Does what the kernel would.
  func send(_ signal: Signal, to process: ProcessIdentity) -> SignalResult {
    guard let facts = all[process.pid], facts.identity == process else { return .gone }
    if immovable.contains(process.pid) { return .refused }
    if deaf.contains(process.pid) || deafTo[process.pid]?.contains(signal) ?? false {
      return .delivered
    }
    switch signal {
    case .stop: all[process.pid]?.state = "T"
    case .resume: all[process.pid]?.state = "S"
    case .kill, .terminate: end(process.pid)
    default: break
    }
    return .delivered
  }

  /// Whether a signal or a tracer keeps a process from running.
  func isStopped(_ pid: Int32) -> Bool { ["T", "t"].contains(all[pid]?.state) }

  /// Ends a process; the kernel lets go on what it traced.
  func end(_ pid: Int32) {
    all[pid] = nil
    for held in all.keys where all[held]?.tracer == pid {
      all[held]?.tracer = nil
      all[held]?.state = "S"
    }
  }

  /// Has one process trace others, which stops them.
  func hold(_ pids: [Int32], by holder: Int32) {
    for pid in pids {
      all[pid]?.tracer = holder
      all[pid]?.state = "t"
    }
  }

  enum SignalResult {
    case delivered
    case gone
    case refused
  }
}

extension ProcessFacts {
  /// A process of a user's, asleep unless said otherwise.
  static func fake(
    _ pid: Int32, _ name: String = "worker", parent: Int32 = 1, state: String = "S",
    user: UInt32 = 1000, arguments: [String] = [], cgroup: String = "/"
  ) -> ProcessFacts {
    ProcessFacts(
      identity: ProcessIdentity(pid: pid, startTime: UInt64(pid) * 10), parent: parent,
      state: state, commandLine: [name] + arguments, executable: "/usr/bin/\(name)", userID: user,
      userName: user == 0 ? "root" : "user\(user)", cgroups: [cgroup])
  }
}
