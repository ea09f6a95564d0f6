import ChildProcess
import FoundationEssentials
import Glibc
import Model
import Testing

extension RealHost {
  /// The first promise: whatever is killed, the fault ends and nothing is left behind.
  @Suite("Nothing is left behind", .needs(.redis, .redisClient))
  struct NothingLeftTests {
    @Test("when the runner is killed: the agent undoes at once")
    func runnerKilled() async throws {
      try await Rig.run { rig in
        let pause = try await Pause.inForce(in: rig)
        pause.run.process.send(SIGKILL)
        #expect(await pause.isOver(within: .seconds(2)))
        _ = await pause.run.process.end()
        try await expectNothingPending(in: rig)
      }
    }

    @Test("when the agent is killed: the guardian undoes, and the runner says it is clean")
    func agentKilled() async throws {
      try await Rig.run { rig in
        let pause = try await Pause.inForce(in: rig)
        kill(pause.processes.agent.pid, SIGKILL)
        #expect(await pause.isOver(within: .seconds(5)))
        let outcome = try await pause.run.outcome()
        #expect(outcome.ended(.inconclusive), "\(outcome.errors)")
        let record = try Jenner.record(in: rig)
        #expect(record.verdict == .inconclusive)
        #expect(record.ended == .error)
        #expect(record.clean)
        try await expectNothingPending(in: rig)
      }
    }

    @Test("when runner and agent are killed: the guardian undoes")
    func runnerAndAgentKilled() async throws {
      try await Rig.run { rig in
        let pause = try await Pause.inForce(in: rig)
        pause.run.process.send(SIGKILL)
        kill(pause.processes.agent.pid, SIGKILL)
        #expect(await pause.isOver(within: .seconds(5)))
        _ = await pause.run.process.end()
        try await expectNothingPending(in: rig)
      }
    }

    @Test("when everything is killed at once: the kernel undoes, and recover settles the ledger")
    func everythingKilled() async throws {
      try await Rig.run { rig in
        let pause = try await Pause.inForce(in: rig)
        await pause.killEverything()
        // Nobody of ours is left, and nobody is needed.
        #expect(await pause.isOver(within: .seconds(2)))
        let residue = try await Jenner.run(["residue"], in: rig)
        #expect(residue.ended(.residue), "the ledger does not know: \(residue.output)")
        let recovery = try await Jenner.run(["recover"], in: rig)
        #expect(recovery.ended(.pass), "\(recovery.output)\(recovery.errors)")
        try await expectNothingPending(in: rig)
      }
    }

    @Test("when everything is killed and the kernel does not undo: recover does, and says what")
    func everythingKilledWithoutTracing() async throws {
      try await Rig.run { rig in
        let pause = try await Pause.inForce(in: rig, mayTrace: false)
        await pause.killEverything()
        #expect(ProcessTable.isStopped(pause.redis.pid), "nobody is left to undo it")

        let residue = try await Jenner.run(["residue"], in: rig)
        #expect(residue.ended(.residue), "\(residue.output)\(residue.errors)")
        #expect(residue.output.contains("\(pause.redis.pid)"), "\(residue.output)")

        let recovery = try await Jenner.run(["recover"], in: rig)
        #expect(recovery.ended(.pass), "\(recovery.output)\(recovery.errors)")
        #expect(recovery.output.contains("\(pause.redis.pid)"), "\(recovery.output)")
        #expect(await pause.isOver(within: .seconds(2)))
        try await expectNothingPending(in: rig)
      }
    }

    @Test("when everything is killed and the ledger is lost: the lock says who was stopped")
    func everythingKilledAndLedgerLost() async throws {
      try await Rig.run { rig in
        let pause = try await Pause.inForce(in: rig, mayTrace: false)
        await pause.killEverything()
        try FileManager.default.removeItem(atPath: Jenner.state(in: rig) + "/runs")

        let residue = try await Jenner.run(["residue"], in: rig)
        #expect(residue.ended(.residue), "\(residue.output)\(residue.errors)")
        #expect(
          residue.output.contains("clear with: kill -CONT \(pause.redis.pid)\n"),
          "\(residue.output)")

        let recovery = try await Jenner.run(["recover"], in: rig)
        #expect(recovery.ended(.pass), "\(recovery.output)\(recovery.errors)")
        #expect(await pause.isOver(within: .seconds(2)))
        try await expectNothingPending(in: rig)
      }
    }

    @Test("when the agent is stopped past a deadline and continued: undone once, not done again")
    func agentStopped() async throws {
      try await Rig.run { rig in
        let pause = try await Pause.inForce(in: rig, lasting: "4s")
        let agent = pause.processes.agent
        kill(agent.pid, SIGSTOP)
        // The guardian acts after the deadline, whatever the runner may have noticed before.
        #expect(await pause.isOver(within: .seconds(20)))
        if ProcessTable.isAlive(agent.identity) { kill(agent.pid, SIGCONT) }
        let isStoppedAgain = await eventually(within: .seconds(3)) {
          ProcessTable.isStopped(pause.redis.pid)
        }
        #expect(!isStoppedAgain)
        let outcome = try await pause.run.outcome()
        #expect(!outcome.ended(.pass))
        #expect(try Jenner.record(in: rig).verdict != .pass)
        try await expectNothingPending(in: rig)
      }
    }

    @Test("when the agent is stopped and the runner killed: recover does not wait for the deadline")
    func agentStoppedAndRunnerKilled() async throws {
      try await Rig.run { rig in
        let pause = try await Pause.inForce(in: rig, mayTrace: false)
        let agent = pause.processes.agent
        kill(agent.pid, SIGSTOP)
        pause.run.process.send(SIGKILL)
        _ = await pause.run.process.end()
        let residue = try await Jenner.run(["residue"], in: rig)
        #expect(residue.ended(.residue), "\(residue.output)\(residue.errors)")
        #expect(residue.output.contains("kill -CONT \(pause.redis.pid)"), "\(residue.output)")
        #expect(ProcessTable.isStopped(pause.redis.pid))

        let recovery = try await Jenner.run(["recover"], in: rig)
        #expect(recovery.ended(.pass), "\(recovery.output)\(recovery.errors)")
        #expect(await pause.isOver(within: .seconds(2)))
        #expect(!ProcessTable.isAlive(agent.identity))
        try await expectNothingPending(in: rig)
      }
    }

    @Test("when the run is interrupted in the middle of a fault", arguments: [SIGINT, SIGTERM])
    func interrupted(_ signal: Int32) async throws {
      try await Rig.run { rig in
        let pause = try await Pause.inForce(in: rig)
        pause.run.process.send(signal)
        let outcome = try await pause.run.outcome(within: .seconds(30))
        #expect(outcome.status == 128 + signal, "\(outcome.errors)")
        #expect(!ProcessTable.isStopped(pause.redis.pid))
        let record = try Jenner.record(in: rig)
        #expect(record.ended == .interrupted)
        #expect(record.clean)
        #expect(record.faults.allSatisfy { $0.undone })
        try await expectNothingPending(in: rig)
      }
    }

    @Test("when the run is interrupted while an action is running")
    func interruptedInAction() async throws {
      try await Rig.run { rig in
        let redis = try await Redis.start(in: rig)
        let undone = rig.scratch.file("undone")
        let run = try Jenner.startExperiment(
          ExperimentText(
            baseline: "1s", probes: [ExperimentText.truth],
            method: [
              "{fault: process.pause, targets: {port: \(redis.port)}}",
              "{run: [sleep, '30'], undo: [touch, '\(undone)']}", "{wait: 5s}",
            ]
          ).text, in: rig)
        let isUnderWay = await eventually(within: .seconds(20)) {
          ProcessTable.all().contains { $0.arguments == ["sleep", "30"] }
        }
        try #require(isUnderWay)
        run.process.send(SIGINT)
        let outcome = try await run.outcome(within: .seconds(10))
        #expect(outcome.status == 130, "\(outcome.errors)")
        #expect(!ProcessTable.isStopped(redis.pid))
        #expect(access(undone, F_OK) == 0, "the action's own undo has run")
        #expect(try Jenner.record(in: rig).clean)
        try await expectNothingPending(in: rig)
      }
    }

    private func expectNothingPending(in rig: Rig) async throws {
      let residue = try await Jenner.run(["residue"], in: rig)
      #expect(residue.ended(.pass), "\(residue.output)\(residue.errors)")
    }
  }
}

/// A run in the middle of pausing a redis, with the processes that take part.
private struct Pause {
  let redis: Server
  let run: Jenner
  let processes: AgentProcesses

  /// Starts a run and waits until its fault is in force.
  ///
  /// An agent that may not trace pauses by a signal, which nobody but us undoes.
  static func inForce(
    in rig: Rig, lasting duration: String = "60s", mayTrace: Bool = true
  ) async throws -> Pause {
    let redis = try await Redis.start(in: rig)
    let agent = try Product.agent.path()
    // Who listens on a port is for those to see who may trace.
    let target = mayTrace ? "port: \(redis.port)" : "cmdline: '127.0.0.1:\(redis.port)'"
    let environment =
      mayTrace ? [:] : ["JENNER_AGENT": "setpriv --bounding-set=-sys_ptrace \(agent)"]
    let run = try Jenner.startExperiment(
      ExperimentText(
        baseline: "1s",
        probes: [ExperimentText.truth],
        method: [
          "{fault: process.pause, targets: {\(target)}, for: \(duration)}"
        ]
      ).text, in: rig, environment: environment)
    let isInForce = await eventually(within: .seconds(20)) {
      ProcessTable.isStopped(redis.pid) || run.process.ending != nil
    }
    guard isInForce, run.process.ending == nil else {
      let outcome = try await run.outcome(within: .seconds(1))
      throw NotInForce(errors: outcome.errors)
    }
    return Pause(
      redis: redis, run: run, processes: try #require(AgentProcesses.find(in: rig)))
  }

  /// Kills runner, agent and guardian such that none of them sees another die.
  func killEverything() async {
    let all = [run.process.pid, processes.agent.pid, processes.guardian.pid]
    for pid in all { kill(pid, SIGSTOP) }
    for pid in all { kill(pid, SIGKILL) }
    _ = await run.process.end()
  }

  /// Whether the redis runs again within a time.
  func isOver(within limit: Duration) async -> Bool {
    await eventually(within: limit) {
      redis.process.ending == nil && !ProcessTable.isStopped(redis.pid)
    }
  }
}

/// A run that never paused its target.
private struct NotInForce: Error, CustomStringConvertible {
  var errors: String

  var description: String { "the pause never came into force; the run said:\n\(errors)" }
}
