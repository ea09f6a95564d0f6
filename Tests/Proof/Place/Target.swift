import Glibc
import Linux
import Model

/// A process that faults hit, outside of everything that is traced or killed.
final class Target {
  /// What an experiment selects it by, and ps shows.
  static let commandLine = "^proof-target"

  let isTraced: Bool
  private(set) var isReplaced = false
  private let name: String
  private var process: Launch.Launched
  private var debugger: Launch.Launched?

  /// Starts it, and someone who traces it where that is wanted.
  init(name: String = "proof-target", isTraced: Bool = false) throws {
    self.name = name
    self.isTraced = isTraced
    process = try Self.start([name] + Self.arguments)
    // Its threads are there once its states say so; before that a picture of it would differ.
    try Self.wait { self.threads.count == Self.threadCount && self.isQuiet }
    if isTraced {
      debugger = try Self.start(["proof-debugger", "debugger"] + self.threads)
      try Self.wait { !ProcFile.text("/proc/\(self.pid)/status").contains("TracerPid:\t0") }
      try Self.wait { self.isQuiet }
    }
  }

  private static let threadCount = 3
  private static let arguments = ["bystander", "--threads", "\(threadCount)"]

  var pid: Int32 { process.pid }

  /// Kills it, and has its process id come back as a stranger that looks the same and is stopped.
  func replace() throws {
    let pid = process.pid
    kill(pid, SIGKILL)
    while waitpid(pid, nil, __WALL) < 0, errno == EINTR {}
    close(process.pidfd)
    for _ in 0..<100 {
      let file = open("/proc/sys/kernel/ns_last_pid", O_WRONLY | O_CLOEXEC)
      guard file >= 0 else { throw SystemError("open ns_last_pid") }
      let text = "\(pid - 1)"
      let count = write(file, text, text.utf8.count)
      close(file)
      guard count == text.utf8.count else { throw SystemError("write ns_last_pid") }
      process = try Self.start([name] + Self.arguments)
      isReplaced = true
      if process.pid == pid {
        kill(pid, SIGSTOP)
        return try Self.wait { self.seemsHeld }
      }
      // Somebody else was quicker.
      kill(process.pid, SIGKILL)
      while waitpid(process.pid, nil, 0) < 0, errno == EINTR {}
      close(process.pidfd)
    }
    throw SystemError("get process id \(pid) again", code: EAGAIN)
  }

  /// It and what belongs to it.
  var family: [Int32] { [pid] + [debugger].compactMap { $0?.pid } }

  /// Whether ps shows it as alive.
  func isAlive() throws -> Bool {
    let states = try states()
    return !states.isEmpty && !states.allSatisfy { $0.hasPrefix("Z") }
  }

  /// Whether ps shows it as alive, with no thread stopped.
  func isFree() throws -> Bool {
    let states = try states()
    return !states.isEmpty && !states.contains { "ZTt".contains($0.prefix(1)) }
  }

  /// Whether ps shows one of its threads as stopped, by a signal or by a tracer.
  func isHeld() throws -> Bool {
    try states().contains { $0.hasPrefix("T") || $0.hasPrefix("t") }
  }

  /// Whether it seems to be held: quick, and only good for choosing a moment.
  var seemsHeld: Bool {
    let text = ProcFile.text("/proc/\(pid)/stat")
    return text.contains(") T ") || text.contains(") t ")
  }

  /// Kills it.
  func end() {
    for process in [process, debugger].compactMap(\.self) {
      kill(process.pid, SIGKILL)
      while waitpid(process.pid, nil, 0) < 0, errno == EINTR {}
      close(process.pidfd)
    }
  }

  private func states() throws -> [Substring] {
    try Tool.run(["ps", "-L", "-o", "stat=", "-p", "\(pid)"]).output.split(separator: "\n")
  }

  private var isQuiet: Bool { ProcFile.text("/proc/\(pid)/stat").contains(") S ") }

  private var threads: [String] { ProcFile.names(in: "/proc/\(pid)/task") }

  private static func start(_ argv: [String]) throws -> Launch.Launched {
    var launch = Launch(argv: argv, environment: CommandEnvironment.minimal)
    launch.program = Programs.proof
    launch.group = .session
    return try launch.start()
  }

  private static func wait(_ condition: () -> Bool) throws {
    for _ in 0..<2000 {
      if condition() { return }
      usleep(1000)
    }
    throw SystemError("prepare a target", code: ETIMEDOUT)
  }
}
