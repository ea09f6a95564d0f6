/// What is computed of a window of samples.
public enum Metric: Sendable, Hashable {
  /// The share of samples that succeeded, from 0 to 1.
  case success
  /// A quantile of the latency of successful samples, in seconds; 0.95 for `p95`.
  case latency(quantile: Double)
  /// Each sample's value.
  case value
  /// The mean of the values.
  case mean
  /// The least of the values.
  case minimum
  /// The greatest of the values.
  case maximum
  /// The newest of the values.
  case last

  /// The unit in which an author writes a limit of this metric.
  public enum Unit: Sendable {
    case share
    case time
    case number
  }

  /// The unit in which an author writes a limit of this metric.
  public var unit: Unit {
    switch self {
    case .success: .share
    case .latency: .time
    default: .number
    }
  }

  /// The metric's name in a file: `success`, `p95`, `value`, `mean`, `min`, `max`, `last`.
  public var name: String {
    switch self {
    case .success: "success"
    case .latency(let quantile): "p\((quantile * 100).significant(8))"
    case .value: "value"
    case .mean: "mean"
    case .minimum: "min"
    case .maximum: "max"
    case .last: "last"
    }
  }

  /// Reads a metric's name.
  public init?(name: String) {
    switch name {
    case "success": self = .success
    case "value": self = .value
    case "mean": self = .mean
    case "min": self = .minimum
    case "max": self = .maximum
    case "last": self = .last
    default:
      guard name.hasPrefix("p"), let percent = Double(name.dropFirst()), percent > 0, percent < 100
      else { return nil }
      self = .latency(quantile: percent / 100)
    }
  }

  /// The metric's amount for a reader: `98.2%`, `153 ms`, `3`.
  public func shown(_ amount: Double) -> String {
    switch unit {
    case .share: "\((amount * 100).significant(4))%"
    case .time: Duration.seconds(amount).brief
    case .number: amount.significant(6)
    }
  }
}

extension Metric: WrittenAsText {
  public static var noun: String { "the name of a metric" }
  public var written: String { name }
  public init?(written text: String) { self.init(name: text) }
}
