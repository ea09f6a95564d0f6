public import Model

/// Rejects packets at once: the other end seems to be up, and refuses.
public struct NetworkReject: PacketFault {
  public static let name = "network.reject"
  public static let summary = "Answer packets with a refusal: connection reset, or unreachable"
  public static let tools = ["nft"]
  public static let examples = [
    Example(
      "The cache refuses connections, as if its process were down",
      """
      - name: refuse the cache
        fault: network.reject
        traffic: {to: 10.0.0.7, port: 6379}
        for: 30s
      """),
    Example(
      "A router says that there is no way to a network",
      """
      - name: no route to the archive
        fault: network.reject
        traffic: {to: 10.20.0.0/16}
        with: {answer: no-route}
        for: 1m
      """),
  ]

  let answer: Rejection

  /// Declares and reads `answer`.
  public init(_ fields: inout Fields) {
    answer = fields.value(
      "answer", "what the sender hears", default: .tcpReset, shown: Rejection.tcpReset.rawValue)
  }

  public var treatment: Treatment { .reject(answer) }
  public var request: String { "reject every packet with \(answer.rawValue)" }
}
