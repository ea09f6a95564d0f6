public import Model

/// Cut what a connection carries into small pieces.
public struct ConnectionSlice: ConnectionFault {
  public static let name = "connection.slice"
  public static let summary = "Cut what a connection carries into small pieces"
  public static let examples = [
    Example(
      "Answers arrive in pieces: is every read complete?",
      """
      - name: small pieces
        fault: connection.slice
        traffic: {to: 10.0.0.2, port: 5432}
        with: {size: 64B, variation: 32B, delay: 1ms}
        for: 1m
      """)
  ]

  let size: DataSize
  let variation: DataSize
  let delay: Duration
  public let path: ConnectionPath

  /// Declares and reads `size`, `variation` and `delay`, and how connections come to the proxy.
  public init(_ fields: inout Fields) {
    size = fields.required("size", "how large a piece is on average, such as 64B")
    variation = fields.value(
      "variation", "how far the size varies", default: DataSize(bytes: 0), shown: "0B")
    delay = fields.value("delay", "the time between pieces", default: .zero, shown: "0s")
    path = ConnectionPath(&fields)
    fields.noteProblem(of: toxic)
  }

  public var toxic: Toxic {
    .slice(averageSize: size.bytes, variation: variation.bytes, delay: delay)
  }
}
