import Model
import Testing

@testable import Runner

/// Whose a change is: one case for each kind of change.
@Suite struct AttributionTests {
  private static let target = ProcessIdentity(pid: 42, startTime: 420)
  private static let agent = ProcessIdentity(pid: 20, startTime: 200)
  private static let mark = RunMark(ofRun: "r").name
  private static let otherMark = RunMark(ofRun: "another").name

  private func fault(_ undoClass: UndoClass = .guardian) -> FaultRecord {
    FaultRecord(
      step: "hang", kind: "process.pause", host: "local",
      targets: [
        PlannedTarget(
          ProcessFacts(
            identity: Self.target, parent: 1, state: "S", commandLine: ["x"], executable: "/x",
            userID: 0, userName: "root", cgroups: []))
      ], undoClass: undoClass, requested: "", requestedSeconds: nil)
  }

  private func attribute(
    _ section: HostState.Section, _ key: String, from before: String?, to after: String?,
    undoClass: UndoClass = .guardian, hasRunCommands: Bool = false,
    processes: [String: String] = [:]
  ) -> CertifiedChange? {
    Attribution(
      run: "r", faults: [fault(undoClass)], hasRunCommands: hasRunCommands, agent: Self.agent,
      recoverCommand: "jenner recover", processesAfter: processes
    ).attribute(HostChange(section: section, key: key, before: before, after: after))
  }

  // MARK: Targets

  @Test func aTargetThatIsStillStoppedIsLeftBehind() throws {
    let change = try #require(
      attribute(.processes, "42@420", from: "running: x", to: "stopped: x"))
    #expect(change.ours && !change.explained)
    #expect(change.command == "kill -CONT 42")
  }

  @Test func aTargetThatWasKilledIsExplained() throws {
    let change = try #require(
      attribute(.processes, "42@420", from: "running: x", to: nil, undoClass: .none))
    #expect(change.ours && change.explained)
    #expect(change.why.contains("class none"))
    #expect(change.command == nil)
    let paused = try #require(attribute(.processes, "42@420", from: "running: x", to: nil))
    #expect(paused.ours && paused.explained && paused.why.contains("has ended"))
  }

  @Test func aTargetThatOurHolderHasIsLeftBehindAndADebuggersIsNot() throws {
    let holder = ProcessEntry(
      process: ProcessIdentity(pid: 77, startTime: 770), condition: .running,
      program: "jenner-agent", part: .init(.effect, of: "r"))
    let debugger = ProcessEntry(
      process: ProcessIdentity(pid: 77, startTime: 770), condition: .running, program: "gdb")
    func change(_ tracer: ProcessEntry) -> CertifiedChange? {
      attribute(
        .processes, "42@420", from: "running: x", to: "traced by 77: x",
        processes: [tracer.key: tracer.text])
    }
    let ours = try #require(change(holder))
    #expect(ours.ours && !ours.explained && ours.command == "kill -KILL 77")
    let other = try #require(change(debugger))
    #expect(!other.ours && other.command == nil)
  }

  @Test func aLaterProcessOfATargetsIdIsNobodys() {
    #expect(attribute(.processes, "42@999", from: nil, to: "running: y") == nil)
    #expect(attribute(.processes, "42@999", from: nil, to: "stopped: y")?.ours == false)
  }

  @Test func aTargetThatBeganDuringTheRunAndRunsIsNoChangeOfOurs() {
    #expect(attribute(.processes, "42@420", from: nil, to: "running: x") == nil)
    let left = attribute(.processes, "42@420", from: nil, to: "stopped: x")
    #expect(left?.ours == true && left?.explained == false)
  }

  // MARK: Parts of the run

  @Test(arguments: [
    ("7@70", "running, effect of run r: sleep", "kill -KILL 7"),
    ("7@70", "running, guardian of run r: jenner-agent", "jenner recover"),
    ("20@200", "running: jenner-agent", "jenner recover"),
  ])
  func whatIsPartOfTheRunHasToEnd(key: String, text: String, command: String) throws {
    let change = try #require(attribute(.processes, key, from: nil, to: text))
    #expect(change.ours && !change.explained)
    #expect(change.command == command)
  }

  @Test func partsOfOtherRunsAreTheirs() {
    #expect(
      attribute(.processes, "7@70", from: nil, to: "running, effect of run s: sleep") == nil)
  }

  // MARK: Others

  @Test func whatBeginsOrEndsIsCountedAndWhatIsHeldIsTold() {
    #expect(attribute(.processes, "7@70", from: nil, to: "running: x") == nil)
    #expect(attribute(.processes, "7@70", from: "running: x", to: nil) == nil)
    #expect(attribute(.processes, "7@70", from: "stopped: x", to: nil) == nil)
    for (before, after) in [("running: x", "stopped: x"), ("stopped: x", "running: x")] {
      let change = attribute(.processes, "7@70", from: before, to: after)
      #expect(change?.ours == false && change?.explained == false)
    }
  }

  @Test func whatTheAuthorsCommandsMayHaveDoneIsExplained() throws {
    let change = try #require(
      attribute(.sysctls, "vm.swappiness", from: "60", to: "10", hasRunCommands: true))
    #expect(!change.ours && change.explained)
    #expect(change.why.contains("commands may have"))
  }

  // MARK: Objects

  @Test(arguments: [
    (HostState.Section.nft, "inet \(mark)", "nft delete table inet \(mark)"),
    (.links, "\(mark)0", "ip link delete \(mark)0"),
    (.trafficControl, "\(mark) qdisc root", "ip link delete \(mark)"),
    (.trafficControl, "eth0 filter egress 1 bpf", "jenner recover"),
    (.cgroups, "/sys/fs/cgroup/\(mark)", "rmdir /sys/fs/cgroup/\(mark)"),
    (.mounts, "/run/\(mark)", "umount /run/\(mark)"),
    (.routes, "ipv4 route main 10.0.0.0/8 \(mark)", "jenner recover"),
  ])
  func whatCarriesOurMarkIsLeftBehind(
    section: HostState.Section, key: String, command: String
  ) throws {
    let change = try #require(attribute(section, key, from: nil, to: "to \(Self.mark)"))
    #expect(change.ours && !change.explained)
    #expect(change.command == command)
  }

  @Test func whatCarriesAnotherMarkIsAnothers() throws {
    let change = try #require(
      attribute(.nft, "inet \(Self.otherMark)", from: nil, to: "chain"))
    #expect(!change.ours && change.why.contains("another run"))
    #expect(attribute(.nft, "inet docker", from: nil, to: "chain")?.ours == false)
  }

  @Test func ourMarkThatIsGoneIsNoResidue() throws {
    let change = try #require(attribute(.links, Self.mark, from: "up", to: nil))
    #expect(change.ours && change.explained)
  }

  // MARK: Files

  @Test(arguments: [
    ("ledger of run r, open", true, false), ("ledger of run r, closed", true, true),
    ("lock of run r", true, false), ("lock of run s", false, false),
    ("ledger of run rr, open", false, false), ("lock of run ", false, false),
  ])
  func filesBelongToTheRunThatTheyName(text: String, ours: Bool, explained: Bool) throws {
    let change = try #require(attribute(.files, "/f", from: nil, to: text))
    #expect(change.ours == ours)
    #expect(change.explained == explained)
  }
}
