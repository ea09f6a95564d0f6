internal import Glibc
internal import Model

/// Endpoints as the kernel has them: ip(7), ipv6(7).
extension IPAddress {
  var socketFamily: Int32 { family == .v4 ? AF_INET : AF_INET6 }
}

extension IPEndpoint {
  /// Calls a function with the endpoint's socket address.
  func withSocketAddress<Result>(
    _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
  ) -> Result {
    switch address.family {
    case .v4:
      var place = sockaddr_in()
      place.sin_family = sa_family_t(AF_INET)
      place.sin_port = port.bigEndian
      withUnsafeMutableBytes(of: &place.sin_addr) { $0.copyBytes(from: address.bytes) }
      return Self.call(body, with: &place)
    case .v6:
      var place = sockaddr_in6()
      place.sin6_family = sa_family_t(AF_INET6)
      place.sin6_port = port.bigEndian
      withUnsafeMutableBytes(of: &place.sin6_addr) { $0.copyBytes(from: address.bytes) }
      return Self.call(body, with: &place)
    }
  }

  private static func call<Place, Result>(
    _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result, with place: inout Place
  ) -> Result {
    withUnsafePointer(to: &place) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        body($0, socklen_t(MemoryLayout<Place>.size))
      }
    }
  }

  /// The endpoint that a socket is bound to; nil of one that is of no family of ours.
  init?(boundTo descriptor: Int32) {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let status = withUnsafeMutablePointer(to: &storage) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        getsockname(descriptor, $0, &length)
      }
    }
    guard status == 0 else { return nil }
    let found: (address: IPAddress?, port: UInt16) = withUnsafeBytes(of: &storage) { bytes in
      switch Int32(bytes.load(as: sockaddr.self).sa_family) {
      case AF_INET:
        let place = bytes.load(as: sockaddr_in.self)
        return (withUnsafeBytes(of: place.sin_addr) { IPAddress(bytes: $0) }, place.sin_port)
      case AF_INET6:
        let place = bytes.load(as: sockaddr_in6.self)
        return (withUnsafeBytes(of: place.sin6_addr) { IPAddress(bytes: $0) }, place.sin6_port)
      default: return (nil, 0)
      }
    }
    guard let address = found.address else { return nil }
    self.init(address, port: UInt16(bigEndian: found.port))
  }
}
