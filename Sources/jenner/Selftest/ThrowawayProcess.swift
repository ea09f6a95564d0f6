import Glibc
import Linux
import Model

/// A process that is there to be broken, and that nobody will miss.
final class ThrowawayProcess {
  let identity: ProcessIdentity
  private let process: Launch.Launched
  private let host = LinuxHost()

  /// Starts one, which writes its id into a file by which an experiment selects it, once it is ready.
  init(pidFile: String) throws(SystemError) {
    var launch = Launch(
      argv: ["jenner", "selftest-target", pidFile], environment: CommandEnvironment.minimal)
    launch.program = LinuxHost.link("/proc/self/exe")
    launch.group = .session
    // Should this program be killed, the target goes with it.
    launch.parentDeathSignal = .kill
    process = try launch.start()
    let deadline = EventLoop.now + Self.patience
    var found: ProcessIdentity?
    while found == nil {
      let text = (try? FileContents.bytes(of: pidFile, limit: 100)) ?? []
      let pid = Int32(String(decoding: text.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self))
      if let pid { found = LinuxHost().identity(of: pid) }
      guard found != nil || EventLoop.now < deadline else { break }
      if found == nil { usleep(2_000) }
    }
    guard let found else {
      throw SystemError("wait for process \(process.pid)", code: ETIMEDOUT)
    }
    identity = found
  }

  private static let patience: Duration = .seconds(5)

  deinit {
    _ = kill(process.pid, SIGKILL)
    var status: Int32 = 0
    waitpid(process.pid, &status, 0)
    close(process.pidfd)
  }

  /// What a fault has left of it: nothing where it runs; or where it has ended, if it `mayEnd`.
  func damage(mayEnd: Bool) -> String? {
    guard let facts = host.process(identity.pid), facts.identity == identity, !facts.isDead else {
      return mayEnd ? nil : "the target has ended"
    }
    if let tracer = facts.tracer { return "the target is held by process \(tracer)" }
    return facts.isStopped ? "the target is stopped" : nil
  }
}
