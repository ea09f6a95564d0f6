/// Whether some traffic can be there at all.
public enum TrafficMeaning {
  /// No packet is as a selector asks.
  public static let impossible = Refusal(
    "no packet can be all of this: the addresses, or the protocol, are of different families",
    cure: "name addresses of one family at both ends; icmp is of IPv4, icmpv6 of IPv6")
  /// Everything that is selected is excepted.
  public static let nothingLeft = Refusal(
    "'except' leaves nothing of the traffic", cure: "except less than is selected")

  /// Whether everything that is meant is excepted.
  public static func isNothingLeft(
    of meant: [Conversation], without spared: [Conversation]
  ) -> Bool {
    let spared = Conversation.merged(spared)
    return meant.allSatisfy { one in spared.contains { $0.contains(one) } }
  }
}
