/// Why the processes of a ledger can't be there any more: their ids may be those of others now.
public enum Disappearance: Sendable, Hashable {
  /// With the machine everything ended that is not on a disk: the rules and devices of faults too.
  case boot
  /// With it every process in it ended; a network that they entered may go on.
  case pidNamespace

  /// The reason in words, which is the proof of what it undid.
  public var reason: String {
    switch self {
    case .boot: "the machine was booted since"
    case .pidNamespace: "its pid namespace has ended"
    }
  }
}
