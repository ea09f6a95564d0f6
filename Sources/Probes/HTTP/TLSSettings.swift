internal import Model

/// Whom an https connection trusts; shared by the probes that speak HTTP.
struct TLSSettings: Sendable, Hashable {
  /// Whether any certificate will do.
  let insecure: Bool
  /// A PEM file to trust instead of the system's roots.
  let certificateAuthority: String?

  /// Declares and reads `insecure` and `ca`, which go with an https URL only.
  init(_ fields: inout Fields, for address: WebAddress) {
    insecure = fields.value(
      "insecure", "accept any certificate, even an expired or foreign one", default: false,
      shown: "false")
    certificateAuthority = fields.optional(
      "ca", "PEM file of the certificates to trust, instead of the system's")
    for name in ["insecure", "ca"] where !address.isSecure && fields.node(name) != nil {
      fields.note("'\(name)' goes with an https:// URL", at: name, cure: "leave it out")
    }
    if insecure, certificateAuthority != nil {
      fields.note(
        "'ca' has no effect where 'insecure' accepts any certificate", at: "ca",
        cure: "leave one of them out")
    }
  }
}

extension HTTPClient {
  /// Makes the client of a probe.
  convenience init(
    for address: WebAddress, tls settings: TLSSettings, using instruments: Instruments
  ) throws(NoAnswer) {
    guard address.isSecure else {
      self.init(for: address.place)
      return
    }
    guard let transport = instruments.secureTransport as? any TLSTransport else {
      throw .noData("no TLS in this program: observe https from the runner, without 'host:'")
    }
    self.init(
      for: address.place,
      tls: PreparedTLS { () throws(NoAnswer) in
        do throws(TLSUnavailable) {
          return try transport.client(
            for: address.place.host, insecure: settings.insecure,
            certificateAuthority: settings.certificateAuthority)
        } catch {
          throw .noData(error.reason)
        }
      })
  }
}
