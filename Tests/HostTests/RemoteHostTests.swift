import ChildProcess
import Glibc
import Model
import Testing

extension RealHost {
  /// An agent behind a pipe that is not a child of the runner: a real sshd and the real client.
  @Suite(
    "A host over ssh", .needs(.sshd, .ssh, .sshKeygen, .redis, .redisClient),
    .enabled(if: getuid() == 0, "sshd for root's login needs root; run the tests as root"))
  struct RemoteHostTests {
    @Test("is reached by the OpenSSH client, and nothing is left there")
    func reached() async throws {
      try await Rig.run { rig in
        let ssh = try await SSHServer.start(in: rig)
        let redis = try await Redis.start(in: rig)
        let outcome = try await Jenner.runExperiment(
          text(pausing: redis, for: "3s"), in: rig, environment: ["PATH": ssh.path])
        #expect(outcome.ended(.pass), "\(outcome.output)\(outcome.errors)")
        let record = try Jenner.record(in: rig)
        #expect(record.clean)
        #expect(record.faults.map(\.host) == ["far"])
        #expect(record.hosts.first?.command.first == "ssh")
      }
    }

    @Test("that loses its connection in the middle of a fault undoes by itself")
    func connectionLost() async throws {
      try await Rig.run { rig in
        let ssh = try await SSHServer.start(in: rig)
        let redis = try await Redis.start(in: rig)
        let run = try Jenner.startExperiment(
          text(pausing: redis, for: "60s"), in: rig, environment: ["PATH": ssh.path])
        let isPaused = await eventually(within: .seconds(20)) {
          ProcessTable.isStopped(redis.pid)
        }
        try #require(isPaused)
        let client = try #require(
          ProcessTable.children(of: run.process.pid).first { $0.program == "ssh" })
        kill(client.pid, SIGKILL)
        let isOver = await eventually(within: .seconds(10)) {
          !ProcessTable.isStopped(redis.pid)
        }
        #expect(isOver)
        let outcome = try await run.outcome()
        #expect(outcome.ended(.inconclusive), "\(outcome.output)\(outcome.errors)")
        let record = try Jenner.record(in: rig)
        #expect(record.clean, "\(record.residue)")
        #expect(record.ended == .error)
        #expect(record.events.contains { $0.kind == "agent.reconnected" })
      }
    }

    @Test("that can't be reached is refused before anything is broken")
    func unreachable() async throws {
      try await Rig.run { rig in
        let redis = try await Redis.start(in: rig)
        let text = text(pausing: redis, for: "3s")
          .split(separator: "ssh: target", omittingEmptySubsequences: false)
          .joined(separator: "exec: [sh, -c, 'echo no such host >&2; exit 255']")
        let outcome = try await Jenner.runExperiment(text, in: rig)
        #expect(outcome.ended(.refused), "\(outcome.output)\(outcome.errors)")
        #expect(outcome.errors.contains("no such host"), "\(outcome.errors)")
        #expect(!ProcessTable.isStopped(redis.pid))
      }
    }

    private func text(pausing redis: Server, for duration: String) -> String {
      """
      version: 1
      title: A pause far away
      hosts:
        far: {ssh: target}
      steady-state-hypothesis:
        baseline: 1s
        recovery: {within: 10s, holds: 1s}
        probes:
          - name: truth
            command: {run: ['true']}
            every: 50ms
            tolerance: {success: {min: 90%}}
      method:
        - fault: process.pause
          host: far
          targets: {port: \(redis.port)}
          for: \(duration)
      """
    }
  }
}
