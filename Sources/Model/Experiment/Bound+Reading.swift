extension Bound {
  /// Reads `{min: …, max: …, floor: …}` for a metric, noting what can't be meant.
  static func readAll(
    _ section: Node, metric: Metric, use: MetricLimit.Use, in fields: inout Fields
  ) -> [Bound] {
    guard case .map(let pairs) = section.content else { return [] }
    let allowed = use.directions
    var bounds: [Bound] = []
    var floor: (amount: Double, mark: Mark?)?
    var isWhole = true
    for pair in pairs {
      if pair.key == "floor" {
        floor = Amount.read(pair.value, metric: metric, in: &fields)?.absolute
          .map { ($0, pair.value.mark) }
      } else if let direction = allowed.first(where: { $0.rawValue == pair.key }) {
        guard let amount = Amount.read(pair.value, metric: metric, in: &fields) else {
          isWhole = false
          continue
        }
        bounds.append(Bound(direction: direction, limit: amount, mark: pair.value.mark))
      } else {
        isWhole = false
        let expected = allowed.map(\.rawValue) + ["floor"]
        let isOther = Direction(rawValue: pair.key) != nil
        fields.note(
          isOther
            ? "'\(pair.key)' does not belong here: min and max must hold, below and above stop"
            : "unknown field '\(pair.key.limited)'",
          at: pair.keyMark ?? pair.value.mark,
          cure: isOther
            ? "write \(allowed.map(\.rawValue).joined(separator: " or "))"
            : Suggestion.cure(for: pair.key, among: expected))
      }
    }
    if bounds.isEmpty, pairs.allSatisfy({ $0.key == "floor" }) {
      let words = allowed.map(\.rawValue).joined(separator: " or ")
      fields.note("no limit is named", at: section.mark, cure: "add \(words)")
    }
    if let floor, isWhole { bounds.apply(floor: floor.amount, at: floor.mark, in: &fields) }
    return bounds
  }
}

extension [Bound] {
  /// Gives relative bounds their floor; a floor under an absolute limit means nothing.
  fileprivate mutating func apply(floor: Double, at mark: Mark?, in fields: inout Fields) {
    var isUsed = false
    for index in indices {
      guard case .baselineTimes(let factor, _) = self[index].limit else { continue }
      self[index].limit = .baselineTimes(factor, floor: floor)
      isUsed = true
    }
    if !isUsed {
      fields.note(
        "'floor' has nothing to lift", at: mark,
        cure: "it goes with a limit such as 2x baseline")
    }
  }
}

extension Bound.Amount {
  /// Reads `98%`, `300ms`, `3`, `2x baseline`, `baseline + 50ms` or `baseline - 1pp`.
  static func read(
    _ node: Node, metric: Metric, in fields: inout Fields
  ) -> Bound.Amount? {
    guard let text = fields.read(node, as: PlainText.self)?.text else { return nil }
    if let amount = parse(text, unit: metric.unit) { return amount }
    let example =
      switch metric.unit {
      case .share: "a percentage such as 98%, or 'baseline - 1pp'"
      case .time: "a duration such as 300ms, '2x baseline' or 'baseline + 50ms'"
      case .number: "a number such as 3, '2x baseline' or 'baseline + 5'"
      }
    fields.note(
      "'\(text.limited)' is not a limit of \(metric.name)", at: node.mark,
      cure: "write \(example)")
    return nil
  }

  static func parse(_ text: String, unit: Metric.Unit) -> Bound.Amount? {
    let words = text.split(separator: " ").map(String.init)
    if words.count == 2, words[1] == "baseline", words[0].hasSuffix("x"),
      let factor = Double(words[0].dropLast()), factor > 0, factor.isFinite
    {
      return .baselineTimes(factor, floor: nil)
    }
    if words.count == 3, words[0] == "baseline", words[1] == "+" || words[1] == "-",
      let amount = difference(words[2], unit: unit)
    {
      return .baselinePlus(words[1] == "+" ? amount : -amount)
    }
    guard words.count == 1 else { return nil }
    switch unit {
    case .share: return Percentage(text: text).map { .absolute($0.fraction) }
    case .time: return Duration(text: text).map { .absolute($0.seconds) }
    case .number: return Double(text).flatMap { $0.isFinite ? .absolute($0) : nil }
    }
  }

  private static func difference(_ text: String, unit: Metric.Unit) -> Double? {
    switch unit {
    case .share:
      guard text.hasSuffix("pp"), let points = Double(text.dropLast(2)), points >= 0 else {
        return nil
      }
      return points / 100
    case .time: return Duration(text: text)?.seconds
    case .number: return Double(text).flatMap { $0.isFinite && $0 >= 0 ? $0 : nil }
    }
  }
}

/// Scalar text of any spelling, quoted or not.
struct PlainText: FieldValue {
  var text: String

  static var schema: Schema { .string() }
  static var placeholder: PlainText { PlainText(text: "") }

  static func read(_ node: Node, in reading: inout Reading) -> PlainText? {
    Scalar.text(of: node, expecting: "a single value", in: &reading).map(PlainText.init)
  }
}
