/// The agent and the guardian of a test's run, found from outside.
struct AgentProcesses: Sendable {
  var agent: ProcessTable.Entry
  var guardian: ProcessTable.Entry

  /// Finds both; nil while one is missing.
  ///
  /// Both carry the state directory of the test's run in their environment; the guardian, which is
  /// no descendant of the runner, can't be found by parents.
  static func find(in rig: Rig) -> AgentProcesses? {
    let mark = "JENNER_STATE=\(Jenner.state(in: rig))"
    let ours = ProcessTable.all().filter {
      $0.program == Product.agent.rawValue && $0.state != "Z"
        && ProcessTable.environment(of: $0.pid).contains(mark)
    }
    guard let guardian = ours.first(where: { $0.arguments.dropFirst().first == "guardian" }),
      let agent = ours.first(where: { $0.arguments.dropFirst().first != "guardian" })
    else { return nil }
    return AgentProcesses(agent: agent, guardian: guardian)
  }
}
