import Model

/// A command that has been started: it ends well, badly, or only with its time.
final class RunningCommand {
  let command: Command
  let owner: Program
  private let computer: Computer
  private let finish: (CommandResult) -> Void
  private var isOver = false
  /// The process that leads its session.
  let session: ProcessIdentity

  init(
    _ command: Command, owner: Program, on computer: Computer,
    finish: @escaping (CommandResult) -> Void
  ) {
    self.command = command
    self.owner = owner
    self.computer = computer
    self.finish = finish
    session = computer.startProcess("action")
  }

  /// The kernel kills it with its owner; what it has started itself may live on.
  func ownerEnded() {
    isOver = true
    if command.argv.first == "act", computer.world.random.happens(0.5) { return }
    computer.endProcess(session)
  }

  func start() {
    let world = computer.world
    let isTroubled = world.random.happens(computer.commandTroubles)
    let isHanging = isTroubled && world.random.happens(0.4)
    let ending: CommandResult.Ending =
      isHanging ? .timedOut : isTroubled ? .exited(1) : .exited(0)
    // Some actions take long and end well, so that a run may end meanwhile.
    let isLong = command.argv.first == "act" && world.random.happens(0.2)
    let length =
      isHanging
      ? command.timeout
      : isLong ? command.timeout - .milliseconds(1) : world.random.milliseconds(1...300)
    world.after(length) { [weak self] in self?.end(ending) }
  }

  /// Kills it.
  func cancel() {
    computer.world.after(.milliseconds(1)) { [weak self] in self?.end(.signalled(9)) }
  }

  /// What undoes a fault on packets has its effect where it comes to its end.
  private func perform(_ ending: CommandResult.Ending) -> CommandResult.Ending {
    guard ending == .exited(0), command.argv.dropFirst().first == "clear-network" else {
      return ending
    }
    return computer.table.network.clear(command.argv) ? ending : .exited(5)
  }

  private func end(_ ending: CommandResult.Ending) {
    guard !isOver, owner.isAlive else { return }
    isOver = true
    computer.drop(self)
    computer.endProcess(session)
    let result = CommandResult(ending: perform(ending))
    computer.world.note(
      "command", result.isSuccess ? 0 : 1, command.shown + " " + result.summary)
    computer.oracle.commandEnded(command, result, on: computer)
    owner.run { [finish] in finish(result) }
  }
}
