import ChildProcess
import Glibc
import Model
import Testing

extension RealHost {
  @Suite("A verdict on real servers", .needs(.redis, .redisClient, .haproxy))
  struct VerdictTests {
    @Test(
      "two redis behind haproxy survive a kill exactly if there is failover",
      arguments: [true, false])
    func killedRedis(hasFailover: Bool) async throws {
      try await Rig.run { rig in
        let master = try await Redis.start(in: rig)
        let replica = try await Redis.start(in: rig, replicaOf: master)
        let proxy = try await HAProxy.start(
          before: [master, replica], hasChecks: hasFailover, in: rig)
        let outcome = try await Jenner.runExperiment(
          ExperimentText(
            // Without failover the system never recovers, since nobody starts the replica again.
            recovery: "{within: 3s, holds: 1s}",
            probes: [ExperimentText.probe("redis", Redis.ping(port: proxy.port))],
            method: [
              "{name: lose a replica, fault: process.kill, targets: {port: \(replica.port)}, "
                + "with: {signal: KILL}, for: 5s}"
            ]
          ).text, in: rig)
        #expect(outcome.ended(hasFailover ? .pass : .fail), "\(outcome.errors)")
        #expect(await replica.process.end() == .signalled(SIGKILL))

        let record = try Jenner.record(in: rig)
        #expect(record.verdict == (hasFailover ? .pass : .fail))
        #expect(record.ended == .completed)
        #expect(record.clean)
        #expect(record.exitCode == Int(outcome.status))
        #expect(record.checks.contains { $0.probe == "redis" && $0.kind != .baseline })
        let fault = try #require(record.faults.first)
        #expect(record.faults.count == 1)
        #expect(fault.kind == "process.kill")
        #expect(fault.inForce)
        #expect(fault.achieved != nil)
        #expect(fault.undoClass == .none)
        #expect(fault.targets.map(\.process.pid) == [replica.pid])
      }
    }

    @Test("a paused redis is seen as timeouts, and runs again afterwards")
    func pausedRedis() async throws {
      try await Rig.run { rig in
        let redis = try await Redis.start(in: rig)
        let run = try Jenner.startExperiment(
          ExperimentText(
            probes: [
              ExperimentText.probe("redis", Redis.ping(port: redis.port, timeout: "300ms"))
            ],
            method: [
              "{name: freeze, fault: process.pause, targets: {port: \(redis.port)}, for: 4s}"
            ]
          ).text, in: rig)
        #expect(
          await eventually(within: .seconds(15)) { ProcessTable.isStopped(redis.pid) })
        let outcome = try await run.outcome()
        #expect(outcome.ended(.fail), "\(outcome.errors)")
        #expect(!ProcessTable.isStopped(redis.pid))
        #expect(redis.process.ending == nil)

        let record = try Jenner.record(in: rig)
        #expect(record.verdict == .fail)
        #expect(record.clean)
        let fault = try #require(record.faults.first)
        #expect(fault.inForce)
        #expect(fault.undone)
        #expect(!fault.undo.isEmpty)
        #expect(fault.undo.allSatisfy { $0.isProved })
        // The fault's own window holds failures, the time before it none.
        let window = try #require(fault.window)
        let series = try #require(record.probes.first).series
        #expect(series.samples(in: window).contains { $0.outcome == .failure })
        let before = series.samples.filter { $0.scheduled < window.start - 0.3 }
        #expect(!before.isEmpty)
        #expect(before.allSatisfy { $0.outcome == .success })
      }
    }
  }
}
