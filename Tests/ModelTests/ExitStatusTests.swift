import Testing

@testable import Model

// Testing has an ExitStatus of its own.
private typealias Status = Model.ExitStatus

@Suite struct ExitStatusTests {
  @Test(arguments: [
    (Signal.interrupt, Status.interrupted), (.terminate, .terminated), (.hangUp, .terminated),
  ])
  fileprivate func interrupted(signal: Signal, expected: Status) {
    #expect(Status(interruptedBy: signal) == expected)
  }

  /// The contract's order: 5, 130/143, 4, 1, 3, 0.
  @Test(arguments: [
    ([Status.pass], Status.pass), ([], .pass), ([.pass, .inconclusive], .inconclusive),
    ([.inconclusive, .fail], .fail), ([.fail, .refused], .refused),
    ([.refused, .interrupted], .interrupted), ([.terminated, .refused], .terminated),
    ([.interrupted, .residue, .fail], .residue), ([.pass, .usage], .usage),
  ])
  fileprivate func worst(statuses: [Status], expected: Status) {
    #expect(Status.worst(of: statuses) == expected)
    #expect(Status.worst(of: statuses.reversed()) == expected)
  }
}
