public import Model

/// Close connections after some bytes.
public struct ConnectionLimitData: ConnectionFault {
  public static let name = "connection.limit-data"
  public static let summary = "Close connections after some bytes"
  public static let examples = [
    Example(
      "Downloads end in the middle",
      """
      - name: cut downloads
        fault: connection.limit-data
        traffic: {to: files.internal, port: 80}
        with: {size: 100KiB}
        for: 1m
      """)
  ]

  let size: DataSize
  public let path: ConnectionPath

  /// Declares and reads `size`, and how connections come to the proxy.
  public init(_ fields: inout Fields) {
    size = fields.required("size", "how many bytes go on, such as 100KiB")
    path = ConnectionPath(&fields)
  }

  public var toxic: Toxic { .limitData(bytes: size.bytes) }
}
