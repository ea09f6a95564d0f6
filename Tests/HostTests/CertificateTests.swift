import ChildProcess
import Glibc
import Model
import Testing

extension RealHost {
  /// The certificate that a host is as it was, and what is found without any ledger.
  @Suite(
    "The host is as it was", .enabled("namespaces can be made") { await Namespaces.areAllowed() })
  struct CertificateTests {
    @Test("after a pause: identical, in a network and pid namespace of its own")
    func identical() async throws {
      try await Rig.run { rig in
        let record = try await certified(in: rig, during: "true")
        let certificate = try #require(record.certificates.first)
        #expect(certificate.identical, "\(certificate.changes)")
        #expect(certificate.notTaken == nil)
        #expect(certificate.compared.contains(.processes) && certificate.compared.contains(.links))
        #expect(certificate.notCompared.allSatisfy { $0.section != .processes })
        #expect(record.clean && record.exitCode == 0, "\(record.reasons)")
      }
    }

    @Test("changes of others during the run are told apart", .needs(.nft))
    func foreign() async throws {
      try await Rig.run { rig in
        let record = try await certified(
          in: rig,
          during: """
            nft add table inet someone_elses
            ip link set lo mtu 16384
            kill -STOP $(cat '\(rig.scratch.path)/bystander')
            """)
        #expect(record.clean && record.exitCode == 0, "\(record.reasons)")
        let certificate = try #require(record.certificates.first)
        #expect(!certificate.identical)
        #expect(certificate.changes.allSatisfy { !$0.ours }, "\(certificate.changes)")
        let changes = Dictionary(grouping: certificate.changes, by: \.section)
        #expect(changes[.nft]?.map(\.key) == ["inet someone_elses"])
        #expect(changes[.links]?.map(\.key) == ["lo"])
        #expect(changes[.processes]?.map(\.after) == ["stopped: sleep"])
      }
    }

    @Test("a killed target is explained")
    func killed() async throws {
      try await Rig.run { rig in
        let record = try await certified(
          in: rig, during: "true",
          fault: "{fault: process.kill, with: {signal: KILL}, targets: {cmdline: '^sleep 4711$'}")
        #expect(record.clean, "\(record.reasons)")
        let change = try #require(record.certificates.first?.changes.first)
        #expect(change.ours && change.explained && change.after == nil, "\(change)")
      }
    }

    @Test("what a run changed and left is residue, and recover clears it", .needs(.nft, .ip))
    func marked() async throws {
      try await Rig.run { rig in
        // A run that is long gone, and never had a ledger here.
        let mark = RunMark(ofRun: "gone").name
        let script = """
          set -e
          nft add table inet \(mark)
          ip link add \(mark)0 type bridge
          set +e
          "$1" residue
          echo "residue: $?"
          "$1" recover
          echo "recover: $?"
          nft list tables
          ip -o link show
          "$1" residue
          echo "residue: $?"
          """
        let outcome = try await inNamespaces(script, in: rig)
        let text = outcome.output
        #expect(text.contains("clear with: nft delete table inet \(mark)\n"), "\(text)")
        #expect(text.contains("clear with: ip link delete \(mark)0\n"), "\(text)")
        let parts = text.components(after: ["residue: 5\n", "recover: 0\n", "residue: 0\n"])
        #expect(parts.count == 3, "\(text)\(outcome.errors)")
        #expect(parts.last?.contains(mark) == false, "\(text)")
      }
    }

    // MARK: Runs in namespaces

    /// The record of a run that pauses a process while a script of somebody else's runs.
    private func certified(
      in rig: Rig, during script: String,
      fault: String = "{fault: process.pause, targets: {cmdline: '^sleep 4711$'}"
    ) async throws -> Record {
      let experiment = try rig.scratch.write(
        ExperimentText(
          baseline: "3s", probes: [ExperimentText.truth], method: [fault + ", for: 3s}"]
        ).text, to: "experiment.yaml")
      let whole = """
        sleep 4711 &
        sleep 4712 &
        echo $! >'\(rig.scratch.path)/bystander'
        "$2" run '\(experiment)' --yes --reports '\(Jenner.reports(in: rig))' &
        run=$!
        sleep 4
        \(script)
        wait $run
        """
      let outcome = try await inNamespaces(whole, in: rig)
      let records = Jenner.records(in: rig)
      try #require(records.count == 1, "\(outcome.output)\(outcome.errors)")
      return records[0]
    }

    /// Runs a script that sees no process, link or cgroup of the machine; it gets the paths of agent
    /// and runner.
    private func inNamespaces(
      _ script: String, in rig: Rig
    ) async throws -> (output: String, errors: String) {
      let hidden = "umount -a -t cgroup,cgroup2\nmount -t tmpfs tmpfs /run/lock\n"
      var launch = Launch(
        Namespaces.command + ["bash", "-c", hidden + script, "script"]
          + [try Product.agent.path(), try Product.jenner.path()])
      launch.environment = [
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "HOME": rig.scratch.path, "JENNER_STATE": Jenner.state(in: rig),
      ]
      launch.output = .file(rig.scratch.file("script.out"))
      launch.errors = .file(rig.scratch.file("script.err"))
      _ = await (try rig.start(launch)).end()
      return (rig.scratch.text(of: "script.out"), rig.scratch.text(of: "script.err"))
    }
  }
}

/// Surroundings in which nobody else's processes, links and mounts are seen.
private enum Namespaces {
  static let command = [
    "unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc",
  ]

  /// Whether this user may make them.
  static func areAllowed() async -> Bool {
    await (try? Launch(command + ["true"]).start())?.end() == .exited(0)
  }
}

extension String {
  /// The parts that end with these texts, in order; fewer where one is missing.
  fileprivate func components(after ends: [String]) -> [Substring] {
    var parts: [Substring] = []
    var rest = self[...]
    for end in ends {
      guard let range = rest.firstRange(of: end) else { break }
      parts.append(rest[..<range.lowerBound])
      rest = rest[range.upperBound...]
    }
    return parts
  }
}
