/// A duration above zero, for intervals and time limits.
public struct PositiveDuration: FieldValue, Hashable {
  public let duration: Duration

  /// Wraps a duration that is known to be above zero.
  public init(_ duration: Duration) {
    self.duration = duration
  }

  public static var schema: Schema { Duration.schema }
  public static var placeholder: PositiveDuration { PositiveDuration(.seconds(1)) }

  public static func read(_ node: Node, in reading: inout Reading) -> PositiveDuration? {
    guard let duration = Duration.read(node, in: &reading) else { return nil }
    guard duration > .zero else {
      reading.note("a duration of zero", at: node.mark, cure: "write one above zero, such as 1s")
      return nil
    }
    return PositiveDuration(duration)
  }
}
