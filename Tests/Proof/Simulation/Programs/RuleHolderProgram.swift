import Agent
import Model

/// A holder of rules: it makes devices and tables one after the other, and its end is that of the tables.
final class RuleHolderProgram: HolderProgram {
  private var rules: NetworkRules?
  private var isHeld = false
  /// Words that came before its rules stood.
  private var earlyWords: [(step: Int, until: Int64?)] = []
  /// By step of another fault, until when the rules do its part too.
  private(set) var gates: [Int: Int64] = [:]
  /// What the agent has told it of, and not taken back.
  private(set) var toldOf: Set<Int> = []
  /// Whether it was asked to end.
  private(set) var isLeaving = false

  /// Whether the rules do the part of another step's fault.
  func isOpen(to step: Int) -> Bool {
    gates[step].map { .nanoseconds($0) > computer.clock } ?? false
  }

  /// Whether its rules can do the part of another step's fault.
  func knows(_ step: Int) -> Bool { rules?.gates.contains { $0.step == step } ?? false }

  /// Whether all of its rules are in force.
  var isInForce: Bool { isAlive && isHeld }

  func hold(_ order: NetworkOrder) {
    toldOf.formUnion(order.openGates.keys)
    run(after: world.random.milliseconds(0...3)) { [self] in
      guard rules == nil else { return }
      rules = order.rules
      world.at(computer.worldTime(of: .nanoseconds(order.deadline))) { [weak self] in
        self?.run { self?.end() }
      }
      gates = order.openGates.filter { knows($0.key) }
      if world.random.happens(computer.ruleTroubles) {
        for link in order.rules.links.prefix(1) { computer.table.network.addLink(link.name) }
        tell(.held("tc: Cannot allocate memory"))
        return end()
      }
      makeLinks(order.rules.links[...])
    }
  }

  private func makeLinks(_ links: ArraySlice<NetworkRules.Link>) {
    step { [self] in
      guard let link = links.first else { return makeTables(rules?.tables[...] ?? []) }
      world.note("link", Int(identity.pid), link.name)
      computer.table.network.addLink(link.name)
      makeLinks(links.dropFirst())
    }
  }

  private func makeTables(_ tables: ArraySlice<NetworkRules.Table>) {
    step { [self] in
      guard let rules, let table = tables.first else { return confirm() }
      world.note("table", Int(identity.pid), table.text)
      let packets = world.random.happens(0.1) ? 0 : 7
      computer.table.network.addTable(table, of: rules, by: identity, packets: packets)
      makeTables(tables.dropFirst())
    }
  }

  /// Does something a moment later, unless harm comes first.
  private func step(_ work: @escaping () -> Void) {
    world.countOperation()
    run(after: world.random.milliseconds(0...15), work)
  }

  private func confirm() {
    isHeld = true
    tell(.held(nil))
    for word in earlyWords { setGate(word.step, until: word.until) }
    earlyWords = []
  }

  /// The agent tells it that another step's fault is in force until a time, or no longer.
  func tellGate(_ step: Int, until: Int64?) {
    if until == nil { toldOf.remove(step) } else { toldOf.insert(step) }
    run { [self] in setGate(step, until: until) }
  }

  private func setGate(_ step: Int, until: Int64?) {
    guard isHeld else { return earlyWords.append((step, until)) }
    guard knows(step) else { return }
    world.note("gate", step, "\(identity.pid) \(until.map { "\($0)" } ?? "closed")")
    gates[step] = until
  }

  /// Lets what goes through it come to an end.
  func leave() {
    isLeaving = true
    run { [self] in
      // Where nothing goes through a server of its own there is nothing to wait for.
      guard isHeld, rules?.server != nil else { return end() }
      run(after: world.random.milliseconds(1...600)) { [self] in end() }
    }
  }

  override func ended() {
    computer.table.network.release(by: identity)
    super.ended()
  }
}
