internal import Glibc
internal import NIOCore
internal import NIOSSL
public import Probes
internal import Synchronization

/// TLS for the runner's probes, by swift-nio-ssl.
///
/// Making one costs nothing; trust roots are read with the first https observation and are then shared
/// by all servers that are trusted alike. TLS 1.2 or newer, and only HTTP/1.1 is offered.
public final class NIOSSLTransport: TLSTransport {
  /// Whom a context trusts.
  private enum Trust: Hashable {
    case system
    case file(String)
    case anyone
  }

  private let contexts = Mutex<[Trust: NIOSSLContext]>([:])

  /// Makes a transport, without loading anything.
  public init() {}

  public func client(
    for host: String, insecure: Bool, certificateAuthority: String?
  ) throws(TLSUnavailable) -> any TLSClient {
    let trust: Trust = insecure ? .anyone : certificateAuthority.map(Trust.file) ?? .system
    let context = try contexts.withLock { (contexts) throws(TLSUnavailable) in
      if let context = contexts[trust] { return context }
      let context = try Self.context(trusting: trust)
      contexts[trust] = context
      return context
    }
    return NIOSSLTransportClient(host: host, context: context)
  }

  private static func context(trusting trust: Trust) throws(TLSUnavailable) -> NIOSSLContext {
    var configuration = TLSConfiguration.makeClientConfiguration()
    configuration.minimumTLSVersion = .tlsv12
    configuration.applicationProtocols = ["http/1.1"]
    switch trust {
    case .system: break
    case .anyone: configuration.certificateVerification = .none
    case .file(let path): configuration.trustRoots = .certificates(try certificates(in: path))
    }
    do {
      return try NIOSSLContext(configuration: configuration)
    } catch {
      throw TLSUnavailable("TLS could not be set up: \(error)")
    }
  }

  private static func certificates(in path: String) throws(TLSUnavailable) -> [NIOSSLCertificate] {
    guard access(path, R_OK) == 0 else {
      throw TLSUnavailable("ca: '\(path)' can't be read: \(String(cString: strerror(errno)))")
    }
    guard let certificates = try? NIOSSLCertificate.fromPEMFile(path), !certificates.isEmpty else {
      throw TLSUnavailable("ca: '\(path)' holds no certificate in PEM form")
    }
    return certificates
  }
}

/// TLS to one server.
private struct NIOSSLTransportClient: TLSClient {
  let host: String
  let context: NIOSSLContext

  func handler() throws -> any ChannelHandler {
    // An address is no server name (RFC 6066, section 3); the certificate is then checked against the
    // connection's own address.
    let isAddress = (try? SocketAddress(ipAddress: host, port: 0)) != nil
    return try NIOSSLClientHandler(context: context, serverHostname: isAddress ? nil : host)
  }

  func reason(for error: any Error) -> String? {
    switch error {
    case NIOSSLError.handshakeFailed(let failure): handshakeReason("\(failure)")
    case NIOSSLError.uncleanShutdown: "the server closed the connection without ending TLS"
    case NIOSSLError.unableToValidateCertificate:
      "the server's certificate is not valid for '\(host)'"
    case NIOSSLError.noCertificateToValidate: "the server shows no certificate"
    case let error as NIOSSLExtraError where error == .failedToValidateHostname:
      "the server's certificate is not for '\(host)'"
    case is NIOSSLError, is NIOSSLExtraError, is BoringSSLError: "TLS failed: \(error)"
    default: nil
    }
  }

  /// BoringSSL's names for what went wrong, in an author's words where there are some.
  private func handshakeReason(_ text: String) -> String {
    let known = [
      ("CERTIFICATE_VERIFY_FAILED", "the server's certificate is not trusted; see 'ca'"),
      ("WRONG_VERSION_NUMBER", "the server does not speak TLS on this port"),
      ("UNSUPPORTED_PROTOCOL", "the server offers no TLS 1.2 or newer"),
      ("EOF during handshake", "the server closed the connection in the TLS handshake"),
    ]
    if let reason = known.first(where: { text.contains($0.0) })?.1 { return reason }
    // Such as "… error:10000410:SSL routines:OPENSSL_internal:SSLV3_ALERT_HANDSHAKE_FAILURE at …".
    let name = text.split(separator: "OPENSSL_internal:").dropFirst().first?
      .prefix { !$0.isWhitespace }
    return "the TLS handshake failed" + (name.map { ": \($0)" } ?? "")
  }
}
