import Glibc
import Linux
import Model

/// This program, started as a user would start it, with nothing to read and nothing to show.
final class SelftestProcess {
  private let process: Launch.Launched
  private var ending: CommandResult.Ending?

  /// Starts a command of this program with a state directory of its own.
  init(_ arguments: [String], state: String) throws(SystemError) {
    var environment = CommandEnvironment.minimal
    environment["JENNER_STATE"] = state
    if let agent = CommandEnvironment.variable("JENNER_AGENT") {
      environment["JENNER_AGENT"] = agent
    }
    var launch = Launch(argv: ["jenner"] + arguments, environment: environment)
    launch.program = LinuxHost.link("/proc/self/exe")
    // Ctrl-C is this program's to hear, and to answer by putting everything back.
    launch.group = .session
    launch.parentDeathSignal = .kill
    process = try launch.start()
  }

  deinit {
    kill()
    close(process.pidfd)
  }

  /// Whether it has ended.
  var hasEnded: Bool {
    if ending == nil { ending = ChildProcess.reap(process) }
    return ending != nil
  }

  /// Ends it if it has not ended, and reaps it.
  func kill() {
    guard !hasEnded else { return }
    _ = Glibc.kill(process.pid, SIGKILL)
    while !hasEnded { usleep(1_000) }
  }

  /// Its exit status, once it has one.
  @discardableResult
  func wait(atMost limit: Duration) throws(SelftestProblem) -> Int32 {
    let deadline = EventLoop.now + limit
    while !hasEnded {
      guard EventLoop.now < deadline else {
        kill()
        throw SelftestProblem(reason: "it did not end within \(limit.text)")
      }
      try SelftestProblem.checkForInterruption()
      usleep(5_000)
    }
    if case .exited(let status)? = ending { return status }
    return -1
  }
}
