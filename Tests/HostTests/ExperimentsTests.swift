import FoundationEssentials
import Glibc
import Model
import Testing

extension RealHost {
  /// What experiments/README.md teaches is true here.
  @Suite(
    "The experiments of networks",
    .needs(.ip, .nft, .nginx, .dnsmasq, .redis, .redisClient, .postgres, .psql, .curl),
    .enabled(if: getuid() == 0, "rules of a network need privileges; run the tests as root"))
  struct ExperimentsTests {
    @Test(
      "pass on what their folder sets up, and leave nothing behind",
      arguments: [
        ("database", ["slow-database-by-proxy"]),
        ("front-door", ["lost-dependency", "dns-outage", "flapping-link"]),
        ("split-cluster", ["split-cluster"]),
      ])
    func pass(_ folder: String, _ names: [String]) async throws {
      try await Rig.run { rig in
        // A database server does not run as root, and must come to its files.
        let files = "/tmp/jenner-test-\(folder)-\(getpid())"
        rig.atEnd { rmdir(files) }
        let environment = ["JENNER_EXPERIMENT_FOLDER": files]
        do {
          try await script("\(folder)/up", environment, in: rig)
          for name in names {
            let outcome = try await Jenner.run(
              [
                "run", RepositoryFile.path(of: "experiments/\(name).yaml"), "--yes", "--reports",
                Jenner.reports(in: rig),
              ], in: rig, environment: environment, within: .seconds(150))
            #expect(outcome.ended(.pass), "\(name): \(outcome.output)\(outcome.errors)")
          }
        } catch {
          Issue.record("\(error)")
        }
        // Also after an 'up' that failed half-way.
        try await script("\(folder)/down", environment, in: rig)
        #expect(Jenner.records(in: rig).count == names.count)
        #expect(Jenner.records(in: rig).allSatisfy { $0.clean })
      }
    }

    private func script(
      _ name: String, _ environment: [String: String], in rig: Rig
    ) async throws {
      let variables = environment.map { "\($0.key)=\($0.value)" }
      let path = RepositoryFile.path(of: "experiments/\(name)")
      let result = try await rig.output(of: ["/usr/bin/env"] + variables + [path])
      try #require(result.isSuccess, "\(name): \(result.text)\(result.errors)")
    }
  }
}
