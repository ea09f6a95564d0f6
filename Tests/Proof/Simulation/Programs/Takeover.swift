import Agent
import Model

/// Doing a dead or stuck agent's duty, as `Takeover` of jenner-agent does.
///
/// It fences, locks, reads again, and undoes. It can be stopped or killed between any two of its steps.
final class Takeover {
  struct Outcome {
    var state: LedgerState
    var problems: [String]
  }

  private let name: String
  private let program: Program
  private let processesAreGone: Disappearance?
  private let finish: (Outcome?) -> Void
  private var file: LedgerHandle?
  private var unwinding: Unwinding?
  /// The ledger with what has been added to it, on disk or not.
  private var state = LedgerState()
  private var effects: [UnwindingEffect] = []
  private var events: [UnwindingEvent] = []
  private var isWorking = false

  private var world: World { program.world }
  private var computer: Computer { program.computer }

  init(
    of name: String, by program: Program, processesAreGone: Disappearance?,
    finish: @escaping (Outcome?) -> Void
  ) {
    self.name = name
    self.program = program
    self.processesAreGone = processesAreGone
    self.finish = finish
  }

  func start() {
    guard let before = computer.disk.ledger(ofRun: name) else { return finish(nil) }
    if processesAreGone == nil { fence(before) }
    then { [self] in lock(until: world.now + .seconds(10), before) }
  }

  /// Ends the agent, with it its holders, and what its actions are still doing.
  private func fence(_ before: LedgerState) {
    if let agent = before.agent.flatMap(computer.program) {
      computer.oracle.fencing(agent, of: name, by: program)
      agent.end()
    }
    for session in before.openSessions { computer.endProcess(session) }
  }

  /// Goes on with the next step, unless harm comes first.
  private func then(_ step: @escaping () -> Void) {
    world.countOperation()
    program.run(step)
  }

  private func lock(until deadline: Duration, _ before: LedgerState) {
    do {
      guard let file = try LedgerHandle(takingOver: name, by: program) else { return finish(nil) }
      self.file = file
      undo(file.state)
    } catch is LedgerHandle.Busy {
      if world.now < deadline {
        program.run(after: .milliseconds(20)) { [self] in
          lock(until: deadline, before)
        }
      } else if let holder = computer.ledgerLocks[name].flatMap(computer.program),
        holder.isStopped, holder is RecoverProgram || holder.identity == before.guardian
      {
        holder.end()
        lock(until: world.now + .seconds(10), before)
      } else {
        finish(Outcome(state: before, problems: ["the ledger is locked"]))
      }
    } catch {
      finish(Outcome(state: before, problems: ["\(error)"]))
    }
  }

  private func undo(_ state: LedgerState) {
    self.state = state
    guard !state.isClosed || !state.isSettled else { return leave() }
    var unwinding = Unwinding(
      steps: state.pendingSteps, rollbacks: state.pendingRollbacks,
      processesAreGone: processesAreGone)
    effects = unwinding.start(at: computer.clock, on: computer.table)
    self.unwinding = unwinding
    work()
  }

  private func work() {
    guard !isWorking else { return }
    isWorking = true
    defer { isWorking = false }
    while let unwinding {
      if let effect = effects.first {
        world.countOperation()
        guard program.isAlive else {
          if case .note(let entry) = effect { file?.tear(entry) }
          return
        }
        guard program.isRunnable else { return program.run { [self] in work() } }
        effects.removeFirst()
        perform(effect)
      } else if !events.isEmpty {
        var next = unwinding
        effects = next.handle(events.removeFirst(), at: computer.clock, on: computer.table)
        self.unwinding = next
      } else if unwinding.isFinished {
        return close()
      } else {
        return wait(until: unwinding.nextWake)
      }
    }
  }

  private func wait(until time: Duration?) {
    guard let time else { return }
    world.at(computer.worldTime(of: time)) { [self] in
      program.run { [self] in
        guard unwinding?.nextWake == time else { return }
        events.append(.wake)
        work()
      }
    }
  }

  private func perform(_ effect: UnwindingEffect) {
    switch effect {
    case .note(let entry):
      state.apply(entry)
      try? file?.append(entry)
    case .send(let signal, let process):
      computer.oracle.undoing(process, in: name, by: program)
      events.append(.sent(process, computer.send(signal, to: process, by: .ours)))
    case .run(let command):
      computer.oracle.running(command, in: name, by: program)
      _ = computer.run(command, by: program) { [self] result in
        events.append(.ran(result))
        work()
      }
    }
  }

  private func close() {
    unwinding = nil
    if state.isSettled {
      try? file?.append(.closed)
      // There is nothing left to guard; one that is stopped would not notice.
      if let guardian = state.guardian.flatMap(computer.program), guardian !== program {
        guardian.end()
      }
    }
    leave()
  }

  private func leave() {
    file?.release()
    finish(Outcome(state: state, problems: []))
  }
}
