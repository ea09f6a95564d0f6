import ArgumentParser
import Glibc
import Linux

/// A throwaway process to hit: this program, waiting in several threads.
struct Bystander: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Waits in several threads until it is killed.", shouldDisplay: false)

  @Option var threads = 3

  func run() throws {
    for _ in 1..<max(1, threads) {
      var thread = pthread_t()
      guard pthread_create(&thread, nil, { _ in while true { pause() } }, nil) == 0 else {
        throw ExitCode.failure
      }
    }
    while true { pause() }
  }
}

/// A process that faults hit, outside of everything that is traced or killed.
final class Target {
  /// What an experiment selects it by, and ps shows.
  static let commandLine = "^proof-target"

  let process: Launch.Launched

  init(threads: Int = 3) throws {
    var launch = Launch(
      argv: ["proof-target", "bystander", "--threads", "\(threads)"],
      environment: CommandEnvironment.minimal)
    launch.program = Programs.proof
    launch.group = .session
    process = try launch.start()
    // Its threads are there once its states say so; before that a picture of it would differ.
    for _ in 0..<1000 where !isComplete(threads) { usleep(1000) }
  }

  var pid: Int32 { process.pid }

  /// Whether ps shows it as alive.
  func isAlive() throws -> Bool {
    let state = try state()
    return !state.isEmpty && !state.hasPrefix("Z")
  }

  /// The state that ps shows; empty if there is no such process.
  func state() throws -> String {
    try Tool.run(["ps", "-o", "stat=", "-p", "\(pid)"]).output.filter { !$0.isWhitespace }
  }

  /// Whether one of its threads is stopped by a signal or a tracer.
  func isHeld() throws -> Bool {
    try Tool.run(["ps", "-L", "-o", "stat=", "-p", "\(pid)"]).output
      .split(separator: "\n").contains { $0.hasPrefix("T") || $0.hasPrefix("t") }
  }

  func end() {
    kill(pid, SIGKILL)
    while waitpid(pid, nil, 0) < 0, errno == EINTR {}
    close(process.pidfd)
  }

  private func isComplete(_ threads: Int) -> Bool {
    let folder = opendir("/proc/\(pid)/task")
    guard let folder else { return false }
    defer { closedir(folder) }
    var count = 0
    while readdir(folder) != nil { count += 1 }
    return count == threads + 2 && ProcFile.text("/proc/\(pid)/stat").contains(") S ")
  }
}
