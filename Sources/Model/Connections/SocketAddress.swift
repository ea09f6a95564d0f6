/// A numeric address with a port, as TCP and UDP know it.
public struct SocketAddress: Sendable, Hashable, Codable, CustomStringConvertible {
  /// An IPv4 or IPv6 address in digits; never a name, and without brackets.
  public var host: String
  /// The port; 0 in a listen address asks for any that is free.
  public var port: UInt16

  /// Makes an address; whether the host is one is seen where it is used.
  public init(host: String, port: UInt16) {
    self.host = host
    self.port = port
  }

  /// `192.0.2.1:80` or `[2001:db8::1]:80`.
  public var description: String {
    host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
  }
}
