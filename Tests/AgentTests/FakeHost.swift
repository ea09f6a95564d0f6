import Model

/// A machine of a few processes, which a test changes as it likes.
final class FakeHost: Host, @unchecked Sendable {
  // Each test has a host of its own and uses it on one thread.
  var all: [Int32: ProcessFacts] = [:]
  var listening: [Int: [Int32]] = [:]
  var files: [String: String] = [:]
  /// Processes that no signal reaches.
  var immovable: Set<Int32> = []
  /// Processes of which nothing can be read.
  var unreadable: Set<Int32> = []
  /// Processes that signals reach without effect.
  var deaf: Set<Int32> = []

  /// What is in the way of ptrace(2); nil: nothing.
  var obstacle: String? = "tracing is refused"

  init(_ processes: [ProcessFacts] = []) {
    for process in processes { all[process.identity.pid] = process }
  }

  func processes() throws(HostError) -> [ProcessFacts] {
    all.values.sorted { $0.identity < $1.identity }
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

  /// Does what the kernel would.
  func send(_ signal: Signal, to process: ProcessIdentity) -> SignalResult {
    guard let facts = all[process.pid], facts.identity == process else { return .gone }
    if immovable.contains(process.pid) { return .refused }
    if deaf.contains(process.pid) { return .delivered }
    switch signal {
    case .stop: all[process.pid]?.state = "T"
    case .resume: all[process.pid]?.state = "S"
    case .kill: end(process.pid)
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

/// A generator that gives the same numbers for the same seed: SplitMix64.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: Int) { state = UInt64(truncatingIfNeeded: seed) }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
