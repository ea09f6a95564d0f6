public import Model
public import NIOCore

/// What secures connections: the runner has one, the agent none.
public protocol TLSTransport: SecureTransport {
  /// Prepares connections to one server: reads trust roots, which may take tens of milliseconds.
  ///
  /// Called away from the event loop, once for each observer, before its first connection.
  ///
  /// - Parameters:
  ///   - host: the name or address that the certificate has to be for.
  ///   - insecure: whether any certificate will do.
  ///   - certificateAuthority: a PEM file to trust instead of the system's roots.
  func client(
    for host: String, insecure: Bool, certificateAuthority: String?
  ) throws(TLSUnavailable) -> any TLSClient
}

/// Secures connections to one server.
public protocol TLSClient: Sendable {
  /// A handler for the head of a new connection's pipeline; it fires NIO's `TLSUserEvent`.
  func handler() throws -> any ChannelHandler

  /// An error of the handler in an author's words; nil if it is none of TLS.
  func reason(for error: any Error) -> String?
}

/// Why no connection can be secured, such as a PEM file that can't be read.
public struct TLSUnavailable: Error, Sendable, Hashable {
  public var reason: String

  /// Makes an error with what was tried and why it failed.
  public init(_ reason: String) {
    self.reason = reason
  }
}
