extension IPEndpoint: FieldValue {
  public static var schema: Schema { .string() }
  public static var placeholder: IPEndpoint { IPEndpoint(.loopbackV4, port: 1) }

  public static func read(_ node: Node, in reading: inout Reading) -> IPEndpoint? {
    let expected = "an address and a port, such as 127.0.0.1:6380 or [::1]:6380"
    guard let text = Scalar.text(of: node, expecting: expected, in: &reading, isText: false)
    else { return nil }
    guard let endpoint = IPEndpoint(text: text) else {
      reading.note("'\(text.limited)' is not \(expected)", at: node.mark)
      return nil
    }
    return endpoint
  }
}
