extension Duration {
  /// The duration in seconds.
  public var seconds: Double {
    Double(components.seconds) + Double(components.attoseconds) / 1e18
  }

  /// The duration in whole nanoseconds, at most 292 years.
  public var nanoseconds: Int64 {
    components.seconds &* 1_000_000_000 &+ components.attoseconds / 1_000_000_000
  }

  /// Reads `300ms`, `1.5s`, `5m`, `1h30m`: numbers, each with a unit.
  public init?(text: String) {
    let units: [(suffix: String, seconds: Double)] = [
      ("ns", 1e-9), ("us", 1e-6), ("µs", 1e-6), ("ms", 1e-3),
      ("s", 1), ("m", 60), ("h", 3600), ("d", 86_400),
    ]
    var rest = text[...]
    guard !rest.isEmpty, text.utf8.count <= 40 else { return nil }
    var nanoseconds: Double = 0
    while !rest.isEmpty {
      let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
      rest = rest.dropFirst(digits.count)
      let letters = rest.prefix { $0.isLetter }
      rest = rest.dropFirst(letters.count)
      guard let number = Double(digits), let unit = units.first(where: { $0.suffix == letters })
      else { return nil }
      nanoseconds += number * unit.seconds * 1e9
    }
    guard nanoseconds < 9e18 else { return nil }
    self = .nanoseconds(Int64(nanoseconds.rounded()))
  }

  /// The shortest text that reads back as this duration, such as `1m30s` or `250ms`.
  public var text: String {
    let total = nanoseconds
    if total == 0 { return "0s" }
    if total < 0 { return "-" + (.zero - self).text }
    for (size, suffix) in [(Int64(1), "ns"), (1_000, "us"), (1_000_000, "ms")]
    where total % (size * 1_000) != 0 && total < size * 1_000_000 {
      return "\(total / size)\(suffix)"
    }
    guard total % 1_000_000_000 == 0 else { return "\(seconds)s" }
    var rest = total / 1_000_000_000
    var text = ""
    for (size, suffix) in [(Int64(86_400), "d"), (3_600, "h"), (60, "m"), (1, "s")]
    where rest >= size {
      text += "\(rest / size)\(suffix)"
      rest %= size
    }
    return text
  }

  /// A duration for a reader: three significant digits in a fitting unit.
  public var brief: String {
    let value = seconds
    switch abs(value) {
    case 0: return "0 s"
    case ..<0.001: return "\((value * 1e6).significant(3)) µs"
    case ..<1: return "\((value * 1e3).significant(3)) ms"
    case ..<120: return "\(value.significant(3)) s"
    default: return Duration.seconds(value.rounded()).text
    }
  }
}

extension Double {
  /// The number with so many significant digits and no superfluous zeros.
  public func significant(_ digits: Int) -> String {
    guard isFinite, self != 0 else { return isFinite ? "0" : "\(self)" }
    var magnitude = abs(self)
    var exponent = 0
    while magnitude >= 10, exponent < 300 {
      magnitude /= 10
      exponent += 1
    }
    while magnitude < 1, exponent > -300 {
      magnitude *= 10
      exponent -= 1
    }
    let decimals = max(0, digits - 1 - exponent)
    guard decimals <= 15 else { return "\(self)" }
    var scale = 1.0
    for _ in 0..<decimals { scale *= 10 }
    let rounded = (self * scale).rounded() / scale
    return rounded == rounded.rounded() && abs(rounded) < 1e15
      ? String(Int64(rounded)) : "\(rounded)"
  }
}

extension Duration: FieldValue {
  public static var schema: Schema {
    .string(pattern: #"^([0-9.]+(ns|us|µs|ms|s|m|h|d))+$"#)
  }
  public static var placeholder: Duration { .seconds(1) }

  public static func read(_ node: Node, in reading: inout Reading) -> Duration? {
    let expected = "a duration such as 300ms, 5s or 2m"
    guard let text = Scalar.text(of: node, expecting: expected, in: &reading, isText: false)
    else { return nil }
    if text.hasPrefix("-") {
      reading.note("'\(text.limited)' is negative; expected \(expected)", at: node.mark)
      return nil
    }
    guard let value = Duration(text: text) else {
      let cure =
        Double(text) != nil ? "add a unit: '\(text)s' or '\(text)ms'" : "units: ns us ms s m h d"
      reading.note("'\(text.limited)' is not \(expected)", at: node.mark, cure: cure)
      return nil
    }
    guard value <= Limits.duration else {
      reading.note(
        "'\(text.limited)' is longer than any run may last (\(Limits.duration.text))",
        at: node.mark)
      return nil
    }
    return value
  }
}
