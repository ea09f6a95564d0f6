import Agent
import Model

/// What must be true of faults on packets: their tables go with their holder, their devices with their
/// undo, and no fault goes on in the rules of another.
extension Oracle {
  /// An agent is about to tell a holder what rules to hold.
  func holding(_ rules: NetworkRules, ofStep step: Int, by agent: AgentProgram) {
    guard let ledger = ledgers.values.first(where: { $0.agent === agent }) else {
      return world.violate("no rules are held without a ledger")
    }
    checkEffect(.injection(step: step, index: 0), ofStep: step, in: ledger)
    let intent = agent.computer.disk.durableLedger(ofRun: ledger.name)?.step(step)?.intent
    let undo = intent?.undo ?? []
    if !undo.contains(.dismiss) || !undo.contains(.clear(rules.objects)) {
      world.violate("the undo is durable before a packet is touched")
    }
    guard let holder = agent.holders[step] as? RuleHolderProgram else { return }
    if intent?.holder != holder.identity {
      world.violate("the holder is in the ledger before it holds anything")
    }
    guard let deadline = ledger.deadlines[step] else { return }
    let held = HeldRules(rules: rules, step: step, deadline: deadline, holder: holder)
    ledger.rules.append(held)
    watch(held, of: ledger)
  }

  /// Looks after rules until their holder has ended, which is the end of their tables.
  private func watch(_ held: HeldRules, of ledger: GuardedLedger) {
    world.after(Self.interval) { [weak self] in
      guard let self, held.holder.isAlive else { return }
      check(held.deadline, of: ledger)
      watch(held, of: ledger)
    }
  }

  /// What is left of a step's rules, in words; nil: nothing.
  func remains(ofStep step: Int? = nil, of ledger: GuardedLedger) -> String? {
    let network = ledger.computer.table.network
    for held in ledger.rules where step == nil || held.step == step {
      if let table = held.rules.tables.first(where: network.has) { return "table \(table.text)" }
      if let link = held.rules.links.first(where: { network.links.contains($0.name) }) {
        return "device \(link.name)"
      }
    }
    return nil
  }

  /// The holder of a step's rules is about to be asked to end: those that do its part too have been told.
  func checkGates(towards holder: ProcessIdentity, by agent: AgentProgram) {
    guard let step = agent.holders.first(where: { $0.value.identity == holder })?.key else {
      return
    }
    let others = agent.holders.values.compactMap { $0 as? RuleHolderProgram }
      .filter { $0.identity != holder && $0.toldOf.contains(step) }
    // Those that are ended in the same breath need not be told.
    world.after(.milliseconds(1)) { [weak self] in
      guard agent.isLongAwake, others.contains(where: { $0.isAlive && !$0.isLeaving }) else {
        return
      }
      self?.world.violate("others hear that a fault ends before it ends")
    }
  }

  /// A step is said to be undone: no other rules do its part any more, but those of a holder that can't
  /// hear just now, whose part ends by the kernel at the deadline.
  func checkNobodyDoesThePart(of step: Int, _ agent: AgentProgram) {
    for case let other as RuleHolderProgram in agent.holders.values
    where other.isLongAwake && other.isOpen(to: step) {
      world.violate("a fault that is said to be undone goes on in no other's rules")
    }
  }

  /// The rules of a step are in force: while they are, others in force that take account of it do its part.
  func inForce(_ step: Int, by agent: AgentProgram) {
    world.after(Self.patience(on: agent.computer)) { [weak self, weak agent] in
      guard let self, let agent, agent.isLongAwake,
        let own = agent.holders[step] as? RuleHolderProgram, own.isInForce, own.isLongAwake
      else { return }
      for case (let other, let holder as RuleHolderProgram) in agent.holders
      where other != step && holder.isInForce && holder.isLongAwake {
        checkOpen(holder, to: step, beside: own, agent)
        checkOpen(own, to: other, beside: holder, agent)
      }
    }
  }

  private func checkOpen(
    _ holder: RuleHolderProgram, to step: Int, beside other: RuleHolderProgram,
    _ agent: AgentProgram
  ) {
    let ledger = ledgers.values.first { $0.agent === agent }
    guard holder.knows(step), ledger?.undone.contains(step) == false else { return }
    if !holder.isOpen(to: step) {
      world.violate("what shares its packets with another fault is in force all the same")
    }
  }
}

/// Rules that were given to a holder.
struct HeldRules {
  var rules: NetworkRules
  var step: Int
  /// On the world's clock.
  var deadline: Duration
  var holder: RuleHolderProgram
}
