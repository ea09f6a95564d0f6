import FoundationEssentials
import Model
import Testing

@Suite struct HostStateTests {
  private func state(_ sections: [HostState.Section: [String: String]]) -> HostState {
    var state = HostState()
    for (section, entries) in sections { state.set(section, to: .entries(entries)) }
    return state
  }

  private let sleeping = ProcessEntry(
    process: ProcessIdentity(pid: 7, startTime: 70), condition: .running, program: "sleep")

  // MARK: The difference

  @Test func aStateIsIdenticalToItself() {
    let one = state([.links: ["lo": "up"], .sysctls: ["vm.swappiness": "60"]])
    let difference = one.difference(to: one)
    #expect(difference.changes.isEmpty)
    #expect(difference.compared == [.links, .sysctls])
    #expect(difference.gaps.count == HostState.Section.allCases.count - 2)
  }

  @Test func whatIsNewGoneAndOtherIsToldInOrder() {
    let before = state([.nft: ["ip a": "1", "ip b": "1"], .mounts: ["/": "ext4"]])
    let after = state([.nft: ["ip b": "2", "ip c": "1"], .mounts: ["/": "ext4"]])
    #expect(
      before.difference(to: after).changes == [
        HostChange(section: .nft, key: "ip a", before: "1", after: nil),
        HostChange(section: .nft, key: "ip b", before: "1", after: "2"),
        HostChange(section: .nft, key: "ip c", before: nil, after: "1"),
      ])
  }

  @Test func aSectionThatWasUnseenOnceIsNotCompared() {
    var before = state([.nft: ["ip a": "1"]])
    let after = state([.nft: [:]])
    before.set(.nft, to: .unseen("nft is not permitted to read"))
    for difference in [before.difference(to: after), after.difference(to: before)] {
      #expect(difference.changes.isEmpty)
      #expect(difference.gaps.contains { $0.section == .nft && $0.reason.contains("permitted") })
    }
  }

  // MARK: Processes

  @Test(arguments: [
    ProcessEntry.Condition.running, .stopped, .traced(by: 99),
  ]) func aProcessReadsItsOwnText(condition: ProcessEntry.Condition) throws {
    for part in [nil, ProcessEntry.Part(.effect, of: "r.1"), .init(.guardian, of: "x-2")] {
      let entry = ProcessEntry(
        process: ProcessIdentity(pid: 7, startTime: 70), condition: condition,
        program: "a: b, effect of run c", part: part)
      #expect(ProcessEntry(key: entry.key, text: entry.text) == entry)
    }
  }

  @Test(arguments: ["", "sleeping: x", "traced by x: y", "stopped"])
  func rubbishIsNoProcess(text: String) {
    let entry = ProcessEntry(key: "7@70", text: text)
    #expect(entry == nil || entry?.condition == .stopped)
    #expect(ProcessEntry(key: "7", text: "running: x") == nil)
  }

  @Test func aProgramThatRenamesItselfIsNoChange() {
    var renamed = sleeping
    renamed.program = "woken"
    var stopped = sleeping
    stopped.condition = .stopped
    let before = state([.processes: [sleeping.key: sleeping.text]])
    #expect(
      before.difference(to: state([.processes: [renamed.key: renamed.text]])).changes.isEmpty)
    let changes = before.difference(to: state([.processes: [stopped.key: stopped.text]])).changes
    #expect(changes.map(\.after) == ["stopped: sleep"])
  }

  @Test func aLaterProcessOfTheSameIdIsAnother() {
    var later = sleeping
    later.process.startTime = 71
    let difference = state([.processes: [sleeping.key: sleeping.text]])
      .difference(to: state([.processes: [later.key: later.text]]))
    #expect(difference.changes.count == 2)
  }

  // MARK: Limits

  @Test func aLongTextDiffersWhereverItDiffers() throws {
    let long = String(repeating: "é\"\n", count: 5_000)
    let one = state([.nft: ["ip a": long + "x"]])
    let other = state([.nft: ["ip a": long + "y"]])
    #expect(one.difference(to: one).changes.isEmpty)
    let change = try #require(one.difference(to: other).changes.first)
    #expect(change.before.map { $0.utf8.count < 700 } == true)
    #expect(change.before?.contains("20001 bytes") == true)
  }

  @Test func tooManyEntriesCantBeSeen() {
    let many = Dictionary(
      uniqueKeysWithValues: (0...HostState.entryLimit).map { (String($0), "") })
    guard case .unseen(let reason)? = state([.mounts: many]).sections[.mounts] else {
      Issue.record("half of a section would lie")
      return
    }
    #expect(reason.contains("20001"))
  }

  @Test func aFullStateFitsIntoOneMessage() throws {
    var full = HostState()
    let text = String(repeating: "\u{1}\"", count: 290)
    for section in HostState.Section.allCases {
      full.set(
        section,
        to: .entries(Dictionary(uniqueKeysWithValues: (0..<400).map { ("key \($0)/", text) })))
    }
    let unseen = full.sections.values.count { if case .unseen = $0 { true } else { false } }
    #expect(unseen > 0 && unseen < full.sections.count)
    let message = ReplyMessage(number: 1, reply: .state(full))
    let bytes = try JSONEncoder().encode(message)
    #expect(bytes.count < Limits.messageSize)
    #expect(try JSONDecoder().decode(ReplyMessage.self, from: bytes) == message)
  }

  @Test func aStateIsReadableJSON() throws {
    var small = state([.links: ["lo": "up"]])
    small.set(.nft, to: .unseen("why"))
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    #expect(
      String(decoding: try encoder.encode(small), as: UTF8.self)
        == #"{"elapsed_seconds":0,"sections":{"links":{"entries":{"lo":"up"}},"nft":{"unseen":"why"}}}"#
    )
  }
}
