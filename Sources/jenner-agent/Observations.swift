internal import Agent
internal import Linux
internal import Model

/// Probes that observe from this host: what needs other threads stays in here, and answers come back
/// through a mailbox.
final class Observations {
  private let catalog: Catalog
  private let instruments: Instruments
  private let answers: Mailbox<(number: Int, observation: Observation)>
  private var observers: [Int: any Observer] = [:]

  init(
    catalog: Catalog, loop: EventLoop, runner: CommandRunner,
    onObserved: @escaping (Int, Observation) -> Void
  ) throws(SystemError) {
    self.catalog = catalog
    answers = try loop.mailbox { answer in onObserved(answer.number, answer.observation) }
    let commands = try loop.mailbox(of: Ordered.self) { order in
      runner.run(order.command, for: .probe) { result in
        order.continuation.resume(returning: result)
      }
    }
    instruments = Instruments(run: { command in
      await withCheckedContinuation { continuation in
        commands.send(Ordered(command: command, continuation: continuation))
      }
    })
  }

  private struct Ordered: Sendable {
    var command: Command
    var continuation: CheckedContinuation<CommandResult, Never>
  }

  /// Declares a probe; its section is read as the file's would be.
  func declare(_ probe: Int, kind: String, section: JSON) throws(Refusal) {
    guard let type = catalog.probes[kind] else {
      throw Refusal("this agent can't observe with '\(kind.limited)'")
    }
    var reading = Reading(file: kind, catalog: catalog)
    let known = type.read(Node(section), in: &reading)
    if let problem = reading.problems.first {
      throw Refusal("\(kind): \(problem.message)", cure: problem.cure)
    }
    guard let known else { throw Refusal("\(kind): its section can't be read") }
    observers[probe] = known.observer(using: instruments)
  }

  /// Observes once; the answer comes later.
  func observe(_ probe: Int, number: Int) {
    guard let observer = observers[probe] else {
      answers.send((number, .noData("probe \(probe) has not been declared")))
      return
    }
    let answers = self.answers
    Task.detached {
      answers.send((number, await observer.observe()))
    }
  }
}
