internal import FoundationEssentials
internal import Model

/// The state of the host, for whoever compares it before and after a run.
extension AgentMachine {
  mutating func state(_ number: Int) -> [AgentEffect] {
    guard case .greeted = phase, !isConfined else {
      return [refuse(number, Refusal("the state of the host is read before begin and watch"))]
    }
    return [.readState(number: number)]
  }

  func stateRead(_ number: Int, _ result: CommandResult) -> [AgentEffect] {
    guard result.isSuccess else {
      return [
        refuse(
          number,
          Refusal(
            "the state of the host could not be read: it \(result.summary)"
              + (result.errors.isEmpty ? "" : ": " + result.errors.limited)))
      ]
    }
    do {
      var state = try JSONDecoder().decode(HostState.self, from: Data(result.output.utf8))
      state.agent = identity.process
      return [reply(number, .state(state))]
    } catch {
      return [refuse(number, Refusal("the state of the host was not understood"))]
    }
  }
}
