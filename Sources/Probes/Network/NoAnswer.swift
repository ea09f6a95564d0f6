internal import Model

/// Why an observation got no answer to judge.
struct NoAnswer: Error, Sendable, Hashable {
  /// A failure of the system, or no data where the trouble is ours.
  var outcome: Observation.Outcome
  var reason: String

  /// The system did not answer as it should.
  static func failure(_ reason: String) -> NoAnswer {
    NoAnswer(outcome: .failure, reason: reason)
  }

  /// Nothing can be said of the system.
  static func noData(_ reason: String) -> NoAnswer {
    NoAnswer(outcome: .noData, reason: reason)
  }
}
