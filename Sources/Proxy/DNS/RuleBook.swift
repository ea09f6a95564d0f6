internal import Model

/// The rules in force: what happens to each query, decided by values alone.
struct RuleBook {
  /// What happens to a query.
  enum Decision: Hashable {
    case forward
    case fail(ResponseCode)
    case silence
    case addresses([IPAddress], timeToLive: Duration)
    /// Forwarded later, unless the rule is taken away before.
    case hold(Duration, by: NameRule)
  }

  private(set) var rules: [NameRule]
  /// How many queries each rule took.
  private(set) var matched: [Int]
  private var generator: SplitMix

  init(_ rules: [NameRule], seed: Int) {
    self.rules = rules
    matched = Array(repeating: 0, count: rules.count)
    generator = SplitMix(seed: UInt64(bitPattern: Int64(seed)))
  }

  /// Replaces the rules; one that stays keeps its count.
  mutating func replace(by rules: [NameRule]) {
    var counts = Dictionary(zip(self.rules, matched), uniquingKeysWith: { first, _ in first })
    matched = rules.map { counts.removeValue(forKey: $0) ?? 0 }
    self.rules = rules
  }

  /// Decides about a query.
  mutating func decide(about query: NameQuery) -> Decision {
    let question = query.question
    guard query.header.operation == MessageHeader.Operation.query,
      question.space == NameQuestion.internet || question.space == NameQuestion.anyClass
    else { return .forward }
    for (index, rule) in rules.enumerated()
    where rule.matches(question.name, type: question.type) && takes(rule) {
      matched[index] += 1
      return decision(of: rule)
    }
    return .forward
  }

  private mutating func takes(_ rule: NameRule) -> Bool {
    rule.share.fraction >= 1 || generator.fraction() < rule.share.fraction
  }

  private mutating func decision(of rule: NameRule) -> Decision {
    switch rule.answer {
    case .fail(.timeout): return .silence
    case .fail(.nameError): return .fail(.nameError)
    case .fail(.serverFailure): return .fail(.serverFailure)
    case .fail(.refused): return .fail(.refused)
    case .address(let addresses, let timeToLive):
      return .addresses(addresses, timeToLive: timeToLive)
    case .slow(let delay, let jitter):
      let drawn = jitter == .zero ? .zero : jitter * (2 * generator.fraction() - 1)
      return .hold(max(.zero, delay + drawn), by: rule)
    }
  }
}
