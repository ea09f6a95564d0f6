import ChildProcess
import FoundationEssentials
import Glibc
import Model
import Testing

extension RealHost {
  /// What `install-recovery` makes of a machine's image, and takes away again.
  @Suite("install-recovery")
  struct InstallRecoveryTests {
    private static let unit = "etc/systemd/system/jenner-recover.service"
    private static let link =
      "etc/systemd/system/multi-user.target.wants/jenner-recover.service"

    private func call(_ flags: [String] = [], in rig: Rig) async throws -> Jenner.Outcome {
      try await Jenner.run(
        ["install-recovery", "--root", rig.scratch.file("image")] + flags, in: rig)
    }

    private func entries(of rig: Rig) -> [String] {
      let folders = ["etc/systemd/system", "etc/systemd/system/multi-user.target.wants"]
      return folders.flatMap { folder in
        let path = rig.scratch.file("image/\(folder)")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return names.filter { $0.contains("jenner") }.map { "\(folder)/\($0)" }
      }
    }

    @Test("installs one unit and its link, twice is once, and --remove takes both away")
    func installAndRemove() async throws {
      try await Rig.run { rig in
        let first = try await call(in: rig)
        #expect(first.ended(.pass), "\(first.errors)")
        #expect(entries(of: rig) == [Self.unit, Self.link])
        let unit = rig.scratch.text(of: "image/\(Self.unit)")
        #expect(unit.contains("ConditionDirectoryNotEmpty=\(Jenner.state(in: rig))/runs\n"))
        let target = try FileManager.default.destinationOfSymbolicLink(
          atPath: rig.scratch.file("image/\(Self.link)"))
        #expect(target == "../jenner-recover.service")
        let second = try await call(in: rig)
        #expect(second.output.contains("installed already"))
        let removal = try await call(["--remove"], in: rig)
        #expect(removal.ended(.pass), "\(removal.errors)")
        #expect(entries(of: rig).isEmpty)
        let again = try await call(["--remove"], in: rig)
        #expect(again.ended(.pass))
        #expect(again.output.contains("nothing to remove"))
      }
    }

    @Test("leaves a unit alone that it did not make")
    func foreignUnit() async throws {
      try await Rig.run { rig in
        let path = rig.scratch.file("image/\(Self.unit)")
        let folder = path.split(separator: "/").dropLast().joined(separator: "/")
        try FileManager.default.createDirectory(
          atPath: "/\(folder)", withIntermediateDirectories: true)
        try Data("[Service]\nExecStart=/bin/true\n".utf8).write(to: URL(filePath: path))
        for flags in [[], ["--remove"]] {
          let outcome = try await call(flags, in: rig)
          #expect(outcome.ended(.refused), "\(outcome.output)")
          #expect(outcome.errors.contains(Self.unit))
        }
        #expect(rig.scratch.text(of: "image/\(Self.unit)").hasPrefix("[Service]"))
      }
    }

    @Test(
      "writes the unit that docs/systemd shows, and systemd finds no fault with it",
      .needs(.systemdAnalyze))
    func documentedUnit() async throws {
      try await Rig.run { rig in
        _ = try await call(in: rig)
        let unit = rig.scratch.text(of: "image/\(Self.unit)")
        let shown =
          unit
          .replacing(try Product.agent.path(), with: "/usr/local/bin/jenner-agent")
          .replacing(Jenner.state(in: rig), with: "/var/lib/jenner")
        let documented = try RepositoryFile.text(of: "docs/systemd/jenner-recover.service")
        #expect(shown == documented)
        var launch = Launch([
          try Tool.systemdAnalyze.required(), "verify", rig.scratch.file("image/\(Self.unit)"),
        ])
        launch.output = .file(rig.scratch.file("verify.out"))
        launch.errors = .file(rig.scratch.file("verify.err"))
        let ending = await (try rig.start(launch)).end()
        let said = rig.scratch.text(of: "verify.out") + rig.scratch.text(of: "verify.err")
        #expect(ending.status == 0, "\(said)")
        #expect(!said.contains("jenner-recover.service:"), "\(said)")
      }
    }
  }
}
