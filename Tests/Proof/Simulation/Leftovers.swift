import Agent
import Model

/// The ledger of an earlier run on a computer, whose programs are gone: what a new run finds first.
struct Leftovers {
  private let computer: Computer
  private var random: SeededRandom

  private enum Kind: CaseIterable {
    case undone
    case pending
    case torn
    case earlierBoot
    case otherNamespace
    case endedNamespace
    case damaged
    case closed
    case onlyOpened
  }

  init(on computer: Computer, _ random: inout SeededRandom) {
    self.computer = computer
    self.random = random.branch()
  }

  mutating func place() {
    guard let kind = random.element(of: Kind.allCases),
      ![.damaged, .otherNamespace].contains(kind) || random.happens(0.2)
    else { return }
    computer.world.note("leftovers", 0, "\(kind)")
    let victim = computer.startProcess("stranger")
    let isOurs = [.pending, .torn, .damaged].contains(kind)
    _ = computer.send(.stop, to: victim, by: isOurs ? .ours : .stranger)
    if isOurs, random.happens(0.25) {
      computer.oracle.everImmovable.insert(victim)
      computer.immovable.insert(victim)
    }
    let entries = entries(of: kind, victim)
    var bytes: [UInt8] = []
    for (index, entry) in entries.enumerated() {
      guard let line = try? LedgerLine.text(of: entry, sequence: index + 1) else { continue }
      var own = Array(line.utf8)
      if kind == .torn, index == entries.count - 1 { own.removeLast(random.number(1...own.count)) }
      if kind == .damaged, index == 1 { own[own.count / 2] ^= 1 }
      bytes += own
    }
    computer.disk.place("old\(computer.number)", bytes)
    if kind == .damaged || kind == .otherNamespace {
      computer.unrecoverable.insert("old\(computer.number)")
    }
  }

  private func entries(of kind: Kind, _ victim: ProcessIdentity) -> [LedgerEntry] {
    let gone = ProcessIdentity(pid: 99, startTime: 1)
    let undo: [Undo] = [.run(Command(argv: ["unact", "old"])), .resume(victim)]
    let namespace: UInt64 =
      switch kind {
      case .otherNamespace: 6
      case .endedNamespace: Computer.endedNamespace
      default: Computer.pidNamespace
      }
    let opened = LedgerEntry.opened(
      run: "old\(computer.number)", title: "An earlier run",
      bootID: kind == .earlierBoot ? "an earlier boot" : computer.bootID,
      pidNamespace: namespace, agent: gone,
      deadline: nil)
    if kind == .onlyOpened { return [opened] }
    let intent = LedgerIntent(
      step: 0, kind: "process.pause", undo: undo, undoClass: .guardian, deadline: .seconds(1))
    let proofs = undo.map { UndoProof(step: $0.shown, isProved: true, evidence: "it runs") }
    var entries: [LedgerEntry] = [
      opened, .guardian(gone), .intent(intent), .injected(step: 0),
    ]
    switch kind {
    case .undone: entries += [.undone(step: 0, proofs: proofs)]
    case .closed: entries += [.undone(step: 0, proofs: proofs), .closed]
    case .torn: entries += [.undone(step: 0, proofs: proofs)]
    default: break
    }
    return entries
  }
}
