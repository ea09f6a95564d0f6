/// One value, or a list of several.
public struct OneOrMore<Value: FieldValue>: FieldValue {
  public let all: [Value]

  /// Makes a list.
  public init(_ all: [Value]) {
    self.all = all
  }

  public static var schema: Schema { .any(of: [Value.schema, .list(Value.schema)]) }
  public static var placeholder: OneOrMore { OneOrMore([]) }

  public static func read(_ node: Node, in reading: inout Reading) -> OneOrMore? {
    guard case .list(let nodes) = node.content else {
      return Value.read(node, in: &reading).map { OneOrMore([$0]) }
    }
    if nodes.isEmpty {
      reading.note("an empty list", at: node.mark, cure: "name something, or leave the field out")
      return nil
    }
    return [Value].read(node, in: &reading).map(OneOrMore.init)
  }
}
