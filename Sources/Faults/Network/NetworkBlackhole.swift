public import Model

/// Drops packets silently: the other end seems to have vanished.
public struct NetworkBlackhole: PacketFault {
  public static let name = "network.blackhole"
  public static let summary = "Drop packets silently, as if the other end had vanished"
  public static let tools = ["nft"]
  public static let examples = [
    Example(
      "A payment service swallows every request: do callers time out and go on?",
      """
      - name: payments vanish
        fault: network.blackhole
        traffic: {to: payments.internal, port: 443}
        for: 30s
      """)
  ]

  /// Declares no field: there is nothing to choose.
  public init(_ fields: inout Fields) {}

  public var treatment: Treatment { .drop }
  public var request: String { "drop every packet" }
}
