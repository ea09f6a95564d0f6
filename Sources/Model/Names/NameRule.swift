/// What happens to queries for some names.
///
/// The first rule that matches wins. A rule with a `share` below one draws for each query, and a query
/// that it does not take is offered to the next rule; one that a client sends again is drawn again.
public struct NameRule: Sendable, Hashable {
  /// How a query fails.
  public enum Failure: String, Sendable, Hashable, Codable, CaseIterable {
    /// There is no such name: NXDOMAIN.
    case nameError = "name_error"
    /// The server can't say: SERVFAIL.
    case serverFailure = "server_failure"
    /// The server does not want to say: REFUSED.
    case refused
    /// No answer at all.
    case timeout
  }

  /// What a query gets.
  public enum Answer: Sendable, Hashable {
    /// A failure.
    ///
    /// No SOA record comes with it, so that it is not cached for longer than the fault: RFC 2308, 5.
    case fail(Failure)
    /// These addresses, which may be kept for `timeToLive`, in whole seconds.
    ///
    /// An A query is answered by those of IPv4, an AAAA query by those of IPv6. A family that has none
    /// gets an empty answer: the name exists.
    case address([IPAddress], timeToLive: Duration)
    /// The real answer, later by `delay`, give or take up to `jitter`, evenly distributed.
    case slow(delay: Duration, jitter: Duration)
  }

  public var pattern: NamePattern
  /// The types of queries that are meant; nil: all that the answer is an answer to.
  public var types: Set<NameQueryType>?
  /// The share of queries that the rule takes.
  public var share: Percentage
  public var answer: Answer

  /// Makes a rule.
  public init(
    _ pattern: NamePattern, types: Set<NameQueryType>? = nil,
    share: Percentage = Percentage(fraction: 1), answer: Answer
  ) {
    self.pattern = pattern
    self.types = types
    self.share = share
    self.answer = answer
  }

  /// The queries to which addresses are the answer, or of which the true answer may hold addresses.
  private static let typesWithAddresses: Set<NameQueryType> = [.a, .aaaa, .svcb, .https, .any]

  /// Whether a query is meant, before any draw.
  ///
  /// Wrong addresses are, if no type is named, for queries that ask for addresses or hints of them;
  /// a query for MX of the same name is forwarded.
  public func matches(_ name: DomainName, type: NameQueryType) -> Bool {
    guard pattern.matches(name) else { return false }
    if let types { return types.contains(type) }
    if case .address = answer { return Self.typesWithAddresses.contains(type) }
    return true
  }

  /// The rule in one line, for a plan.
  public var shown: String {
    var text = pattern.text
    if let types { text += " " + types.map(\.text).sorted().joined(separator: ",") }
    if share.fraction < 1 { text += " (\(share.text) of queries)" }
    return "\(text): \(answer.shown)"
  }
}

extension NameRule.Answer {
  fileprivate var shown: String {
    switch self {
    case .fail(.nameError): "NXDOMAIN"
    case .fail(.serverFailure): "SERVFAIL"
    case .fail(.refused): "REFUSED"
    case .fail(.timeout): "no answer"
    case .address(let addresses, _):
      addresses.isEmpty ? "no address" : addresses.map(\.text).joined(separator: ", ")
    case .slow(let delay, .zero): "\(delay.text) later"
    case .slow(let delay, let jitter): "\(delay.text) ± \(jitter.text) later"
    }
  }
}
