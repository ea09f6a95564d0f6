internal import Model

/// What a resolver has done since it was started.
public struct ResolverStatistics: Sendable, Hashable, Codable {
  /// Every message that came from a client, malformed ones included.
  public var queries = 0
  /// How many queries each rule took, in the order of the rules in force.
  public var matched: [Int] = []
  /// Queries that a rule answered itself, with a failure or with addresses.
  public var answered = 0
  /// Queries that a rule left without an answer.
  public var silenced = 0
  /// Queries that a rule delayed.
  public var delayed = 0
  /// The delays that those had, as measured: the least and the most.
  public var leastDelaySeconds: Double?
  public var mostDelaySeconds: Double?
  /// Queries that were sent to a name server.
  public var forwarded = 0
  /// Queries that a name server answered.
  public var relayed = 0
  /// Attempts at one name server that came to nothing: no answer in time, or nobody there.
  public var upstreamFailures = 0
  /// Messages to our own queries that were no answers to them, and so not believed.
  public var strayAnswers = 0
  /// Messages that are no queries.
  public var malformed = 0
  /// Queries and connections that were above a limit of `ResolverLimits`.
  public var overLimit = 0

  /// Makes statistics of nothing.
  public init() {}

  private enum CodingKeys: String, CodingKey {
    case queries, matched, answered, silenced, delayed, forwarded, relayed, malformed
    case leastDelaySeconds = "least_delay_seconds"
    case mostDelaySeconds = "most_delay_seconds"
    case upstreamFailures = "upstream_failures"
    case strayAnswers = "stray_answers"
    case overLimit = "over_limit"
  }

  /// Notes how long a query was really delayed.
  mutating func noteDelay(_ delay: Duration) {
    leastDelaySeconds = min(leastDelaySeconds ?? .infinity, delay.seconds)
    mostDelaySeconds = max(mostDelaySeconds ?? 0, delay.seconds)
  }
}
