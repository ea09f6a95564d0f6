/// The reasons of guardian and `recover` to act, and not to.
extension Mutant {
  static let ofPolicies = [
    Mutant(
      "the guardian's first reason: its agent has ended", in: "GuardianPolicy",
      "guard isAgentAlive else { return .takeOver(reason: \"the agent ended\") }",
      "guard isAgentAlive else { return MUTANT ? .leave : .takeOver(reason: \"the agent ended\") }"),
    Mutant(
      "the guardian's second reason: a deadline has passed", in: "GuardianPolicy",
      "if let due, due <= now {", "if let due, due <= now, !MUTANT {"),
    Mutant(
      "the guardian's alarm", in: "GuardianPolicy", "return .wait(until: due)",
      "return .wait(until: MUTANT ? nil : due)"),
    Mutant(
      "that the guardian leaves the agent its second", in: "GuardianPolicy",
      "{ $0 + AgentProtocol.guardianGrace }",
      "{ MUTANT ? $0 - .milliseconds(200) : $0 + AgentProtocol.guardianGrace }"),
    Mutant(
      "what an earlier boot left", in: "RecoveryPolicy",
      "return ledger.isSettled ? .remove : .finish(.boot)",
      "return ledger.isSettled || MUTANT ? .remove : .finish(.boot)"),
    Mutant(
      "that processes of an earlier boot are gone", in: "RecoveryPolicy",
      "if isBootKnown, ledger.bootID != bootID {",
      "if isBootKnown, ledger.bootID != bootID, !MUTANT {"),
    Mutant(
      "that processes of another namespace are others", in: "RecoveryPolicy",
      "switch ledger.pidNamespace == 0 ? .ours : namespace {",
      "switch ledger.pidNamespace == 0 || MUTANT ? .ours : namespace {"),
    Mutant(
      "what an ended namespace left", in: "RecoveryPolicy",
      "return ledger.isSettled ? .remove : .finish(.pidNamespace)",
      "return ledger.isSettled || MUTANT ? .remove : .finish(.pidNamespace)"),
    Mutant(
      "that a live run is left alone", in: "RecoveryPolicy",
      "if agent == .running, !isOverdue { return",
      "if agent == .running, !isOverdue, !MUTANT { return"),
    Mutant(
      "that an overdue run is not", in: "RecoveryPolicy",
      "let isOverdue = due.map { $0 <= now } ?? false",
      "let isOverdue = !MUTANT && (due.map { $0 <= now } ?? false)"),
    Mutant(
      "what a dead run left", in: "RecoveryPolicy", "if ledger.isIdle { return .remove }",
      "if ledger.isIdle || MUTANT { return .remove }"),
  ]
}
