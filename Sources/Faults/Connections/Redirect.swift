internal import Model

/// The way of connections or queries to a server of the fault's own, by a redirect of nft(8).
struct Redirect {
  let traffic: Traffic
  let setting: NetworkSetting

  /// The mark of what the server itself sends, which is not redirected again.
  var mark: UInt32 { 0x6a65_6e00 + UInt32(setting.step & 0xff) }

  /// Where the server listens: what leaves this host is redirected to its loopback addresses, what
  /// comes to it, to the address of the interface.
  var listen: [IPEndpoint] {
    families.map { family in
      let address: IPAddress =
        traffic.direction == .out
        ? (family == .v4 ? .loopbackV4 : .loopbackV6) : .every(family)
      return IPEndpoint(address, port: 0)
    }
  }

  func rules(of transport: TransportProtocol...) throws(Refusal) -> NetworkRules {
    if traffic.direction == .both {
      throw Refusal(
        "a connection is redirected where it begins: out, or in", cure: "make a step for each")
    }
    let kinds = transport.map(\.rawValue).joined(separator: ", ")
    let own = String(mark, radix: 16)
    return FilterRules(traffic: traffic, step: setting.step).redirection { _ in
      families.map { family in
        FilterRules.Statement(
          condition: [
            "meta nfproto \(family == .v4 ? "ipv4" : "ipv6")", "meta l4proto { \(kinds) }",
            "meta mark != 0x\(own)",
          ], action: "redirect to :\(NetworkRules.portPlaceholder(family))")
      }
    }
  }

  /// The families that the traffic may have, as far as this host has them.
  private var families: [IPAddress.Family] {
    let named = Set(traffic.conversations.flatMap { $0.remote + $0.local }.map(\.family))
    let present = IPAddress.Family.allCases.filter { $0 == .v4 || hasLongAddresses }
    return named.isEmpty ? present : present.filter(named.contains)
  }

  private var hasLongAddresses: Bool {
    let table = try? setting.host.contents(of: "/proc/self/net/if_inet6")
    return table.map { !$0.isEmpty } ?? false
  }
}
