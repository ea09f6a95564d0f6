import Glibc
import Linux
import Model

/// A process that is there to be broken, and that nobody will miss.
final class ThrowawayProcess {
  let identity: ProcessIdentity
  private let process: Launch.Launched
  private let host = LinuxHost()

  /// Starts one, and writes its id into a file by which an experiment selects it.
  init(pidFile: String) throws(SystemError) {
    var launch = Launch(argv: ["sleep", "600"], environment: CommandEnvironment.minimal)
    launch.group = .session
    // Should this program be killed, the target goes with it.
    launch.parentDeathSignal = .kill
    process = try launch.start()
    guard let identity = host.identity(of: process.pid) else {
      throw SystemError("find process \(process.pid)", code: ESRCH)
    }
    self.identity = identity
    try DurableFile.replace(pidFile, with: Array("\(process.pid)\n".utf8), mode: 0o600)
  }

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
