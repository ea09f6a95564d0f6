extension IPAddress: Comparable {
  /// Whether it names this very machine whatever its network: 127.0.0.0/8 or ::1.
  public var isLoopback: Bool { family == .v4 ? bytes[0] == 127 : self == .loopbackV6 }

  /// IPv4 before IPv6, each by its bytes.
  public static func < (left: Self, right: Self) -> Bool {
    left.family == right.family
      ? left.bytes.lexicographicallyPrecedes(right.bytes) : left.family == .v4
  }
}

extension IPAddress.Family {
  /// How many bits an address has.
  public var bits: Int { self == .v4 ? 32 : 128 }
}
