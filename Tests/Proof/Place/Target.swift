import Glibc
import Linux
import Model

/// A process that faults hit, outside of everything that is traced or killed.
final class Target {
  /// What an experiment selects it by, and ps shows.
  static let commandLine = "^proof-target"

  let isTraced: Bool
  private let process: Launch.Launched
  private var debugger: Launch.Launched?

  /// Starts it, and someone who traces it where that is wanted.
  init(threads: Int = 3, isTraced: Bool = false) throws {
    self.isTraced = isTraced
    process = try Self.start(["proof-target", "bystander", "--threads", "\(threads)"])
    // Its threads are there once its states say so; before that a picture of it would differ.
    try Self.wait { self.threads.count == threads && self.isQuiet }
    if isTraced {
      debugger = try Self.start(["proof-debugger", "debugger"] + self.threads)
      try Self.wait { !ProcFile.text("/proc/\(self.pid)/status").contains("TracerPid:\t0") }
      try Self.wait { self.isQuiet }
    }
  }

  var pid: Int32 { process.pid }

  /// It and what belongs to it.
  var family: [Int32] { [pid] + [debugger].compactMap { $0?.pid } }

  /// Whether ps shows it as alive.
  func isAlive() throws -> Bool {
    let states = try states()
    return !states.isEmpty && !states.allSatisfy { $0.hasPrefix("Z") }
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

  private var threads: [String] {
    guard let folder = opendir("/proc/\(pid)/task") else { return [] }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { name in
        name.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names
  }

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
