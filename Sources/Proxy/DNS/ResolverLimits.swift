/// The ceilings of a resolver.
public struct ResolverLimits: Sendable, Hashable {
  /// How long one name server has to answer before the next is asked.
  public var attempt: Duration = .seconds(2)
  /// How many attempts one query is worth, over all name servers.
  public var attempts = 4
  /// Queries that wait for a name server at once: a descriptor each.
  public var forwarding = 1_000
  /// Queries that are held by a rule at once.
  public var held = 10_000
  /// The bytes of all queries that are held.
  public var heldSize = 16 << 20
  /// Messages that are no answers, after which a name server is not listened to for that query: who
  /// guesses gets few guesses.
  public var strayAnswers = 16
  /// Connections of clients.
  public var connections = 256
  /// How long a connection may stay without a whole query, and its client without reading.
  public var idle: Duration = .seconds(10)
  /// Queries of one connection that are not answered yet; further ones are not read until then.
  public var queriesPerConnection = 32
  /// The bytes of answers that a client has not read.
  public var unsentSize = 1 << 20

  /// Makes the usual limits.
  public init() {}
}
