internal import Model

/// Packets that are lost on their way, so that their sender hears nothing of it.
///
/// A packet that the output hook drops is an error of the sender's own system call, EPERM, and TCP takes
/// that for a busy host and not for a loss. So what leaves is sent astray to the loopback device, which
/// takes everything, and dropped where it comes out. It is known there by an address of its own, which
/// nobody else on the host changes, as they might a mark. It is not tracked: what is decided for a
/// connection by its first packet must not be decided for one that goes elsewhere.
///
/// What cannot be sent astray, such as what a socket sends that is bound to a device, is dropped where it
/// would leave, as an error.
extension FilterRules {
  /// The rules that lose the selected packets, or those of them for which a condition holds.
  func losing(where condition: [String] = []) -> NetworkRules {
    table { side in
      guard side == .out else {
        return chain(side, at: .input, [Statement(condition: condition, action: "drop")])
      }
      let astray = Statement(condition: condition, action: "goto astray")
      return whatGoesAstray + chain(side, at: hook, [astray]) + whereItEnds
    }
  }

  /// Only a share of the connections has to know connections.
  private var isTracked: Bool { traffic.share?.unit == .connections }

  private var hook: Hook {
    Hook(kind: "route", name: "output", priority: isTracked ? "mangle" : "raw")
  }

  /// These rules ask for no element of the live set: what that let be sent astray must be lost.
  private var whatGoesAstray: [String] {
    chain(
      "astray",
      (isTracked ? [] : ["notrack"]) + [
        "ip daddr set \(Self.nowhere)",
        "ip6 flowlabel set \(Self.label) ip6 hoplimit set \(Self.hops) ip6 daddr set ::1",
      ])
  }

  private var whereItEnds: [String] {
    let marks = [
      "ip daddr \(Self.nowhere)",
      "ip6 daddr ::1 ip6 flowlabel \(Self.label) ip6 hoplimit \(Self.hops)",
    ]
    return chain(
      "lost", at: Hook(name: "prerouting", priority: "-450"),
      marks.map { "iifname \"lo\" \($0) drop" })
      + chain(
        "leaving", at: Hook(name: "postrouting", priority: "-450"),
        marks.map { "oifname != \"lo\" \($0) drop" })
  }

  /// An address of the loopback network that nobody has: `los` in ASCII.
  private static let nowhere = "127.108.111.115"
  /// IPv6 has one such address, which is everybody's; these tell ours apart, since no other packet has
  /// both.
  private static let label = "0x6c6f7"
  private static let hops = 115
}
