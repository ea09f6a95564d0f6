public import Model

/// The answer that a rejected packet gets; RFC 792, RFC 4443.
public enum Rejection: String, FieldChoice {
  case tcpReset = "tcp-reset"
  case portUnreachable = "port-unreachable"
  case hostUnreachable = "host-unreachable"
  case noRoute = "no-route"
  case prohibited = "admin-prohibited"

  public static var placeholder: Rejection { .tcpReset }

  /// What nft(8) does: a reset only for TCP, and for the rest that nobody listens.
  var statements: [FilterRules.Statement] {
    guard self == .tcpReset else {
      return [FilterRules.Statement(action: "reject with icmpx type \(rawValue)")]
    }
    return [
      FilterRules.Statement(condition: ["meta l4proto tcp"], action: "reject with tcp reset"),
      FilterRules.Statement(
        condition: ["meta l4proto != tcp"], action: "reject with icmpx type port-unreachable"),
    ]
  }
}
