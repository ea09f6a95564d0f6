package import CLinux
package import Model

extension jenner_address {
  /// An address and a port as the kernel is given them.
  package init(_ endpoint: IPEndpoint) {
    self.init()
    family = endpoint.address.family == .v4 ? 4 : 6
    port = endpoint.port
    withUnsafeMutableBytes(of: &bytes) { $0.copyBytes(from: endpoint.address.bytes) }
  }
}
