internal import Model

/// Packets that are lost on their way, so that their sender hears nothing of it.
///
/// A packet that the output hook drops is an error of the sender's own system call, EPERM, and TCP takes
/// that for a busy host and not for a loss. So what leaves is marked there, sent astray to the loopback
/// device, which takes everything, and dropped where it comes out. What cannot be sent astray, such as
/// what a socket sends that is bound to a device, is dropped where it would leave, as an error.
extension FilterRules {
  /// The mark of a packet that is to be lost: `lost` in ASCII.
  private static let mark = "0x6c6f7374"
  /// Where they are sent instead.
  ///
  /// Nobody is there: what was on its way when the rules ended meets no program that listens on 127.0.0.1.
  private static let nowhere = [
    "ip daddr set 127.108.111.115", "ip6 daddr set ::1",
  ]

  /// The rules that lose the selected packets, or those of them for which a condition holds.
  func losing(where condition: [String] = []) -> NetworkRules {
    var rules = rules { side in
      [
        Statement(
          condition: condition, action: side == .out ? "meta mark set \(Self.mark)" : "drop")
      ]
    }
    if Side.all(of: traffic.direction).contains(.out) { rules.script += astray }
    return rules
  }

  /// These rules ask for no element of the live set: what it lets be marked must be lost to the end.
  private var astray: [String] {
    let marked = "meta mark \(Self.mark)"
    return chain(
      // Behind everybody else's rules, which are about where the packet was going.
      "astray", Hook(kind: "route", name: "output", priority: "299"),
      Self.nowhere.map { "\(marked) \($0)" })
      + chain(
        "lost", Hook(kind: "filter", name: "prerouting", priority: "-450"),
        ["iifname \"lo\" \(marked) drop"])
      + chain(
        "leaving", Hook(kind: "filter", name: "postrouting", priority: "-450"),
        ["oifname != \"lo\" \(marked) drop"])
  }
}
