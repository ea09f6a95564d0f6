/// An address and a port, such as `10.0.0.2:53` or `[2001:db8::2]:53`.
public struct IPEndpoint: Sendable, Hashable, CustomStringConvertible {
  public var address: IPAddress
  public var port: UInt16

  /// Makes an endpoint.
  public init(_ address: IPAddress, port: UInt16) {
    self.address = address
    self.port = port
  }

  /// Reads `10.0.0.2:53` or `[2001:db8::2]:53`.
  public init?(text: some StringProtocol) {
    guard let colon = text.lastIndex(of: ":") else { return nil }
    let digits = text[text.index(after: colon)...]
    guard digits.first?.isNumber == true, let port = UInt16(digits) else { return nil }
    var host = text[..<colon]
    let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
    if isBracketed { host = host.dropFirst().dropLast() }
    guard let address = IPAddress(text: host), isBracketed == (address.family == .v6) else {
      return nil
    }
    self.init(address, port: port)
  }

  /// The endpoint as it is read.
  public var text: String {
    address.family == .v4 ? "\(address):\(port)" : "[\(address)]:\(port)"
  }

  public var description: String { text }
}

extension IPEndpoint: WrittenAsText {
  public static var noun: String { "an address and a port" }
  public var written: String { text }
  public init?(written text: String) { self.init(text: text) }
}
