import Linux
import Model
import Probes
import Runner
import TLS

/// The probes that run beside the runner: each observation is a task of its own.
final class Observations {
  /// What comes back to the loop from the threads on which probes wait.
  enum Message: Sendable {
    case observed(probe: Int, scheduled: Double, Observation)
    /// A probe wants a command run; commands are launched by the loop's thread alone.
    case run(Command, CheckedContinuation<CommandResult, Never>)
  }

  private let mailbox: Mailbox<Message>
  private let observers: [(any Observer)?]

  init(
    probes: [ProbeDeclaration], secrets: [String: String], loop: EventLoop,
    onObservation: @escaping (Int, Double, Observation) -> Void
  ) throws(SystemError) {
    let commands = CommandRunner(loop: loop, exactCapabilities: false)
    mailbox = try loop.mailbox { message in
      switch message {
      case .observed(let probe, let scheduled, let observation):
        onObservation(probe, scheduled, observation)
      case .run(let command, let continuation):
        commands.run(command, for: .probe) { continuation.resume(returning: $0) }
      }
    }
    let instruments = Instruments(
      run: { [mailbox] command in
        await withCheckedContinuation { mailbox.send(.run(command, $0)) }
      },
      secrets: secrets, secureTransport: NIOSSLTransport())
    observers = probes.map { $0.host == nil ? $0.probe.observer(using: instruments) : nil }
  }

  /// Starts one observation; its result comes through the mailbox.
  func start(_ probe: Int, scheduled: Double) {
    guard let observer = observers[probe] else { return }
    // It starts on this thread and leaves it at its first wait: most of the way to a command or a
    // socket costs no change of threads.
    Task.immediate { [mailbox] in
      mailbox.send(
        .observed(probe: probe, scheduled: scheduled, await observer.observe()))
    }
  }
}
