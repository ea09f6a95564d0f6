public import Model

/// Makes the network as slow, narrow and lossy as a kind of link that people know.
public struct NetworkLink: PacketFault {
  public static let name = "network.link"
  public static let summary = "Make the network like a known kind of link: 3G, satellite, bad Wi-Fi"
  public static let capabilities = PacketCapabilities.delaying
  public static let tools = ["nft", "ip", "tc"]
  public static let examples = [
    Example(
      "Users on a slow mobile network",
      """
      - name: on 3G
        fault: network.link
        traffic: {from: 10.1.0.0/16, port: 443}
        with: {profile: 3g}
        for: 2m
      """)
  ]

  let profile: NetworkProfile

  /// Declares and reads `profile`.
  public init(_ fields: inout Fields) {
    profile = fields.required(
      "profile",
      "the kind of link, such as 3g or transatlantic; this host is behind it")
  }

  public func usualDirection(of selector: TrafficSelector) -> TrafficDirection { .both }

  /// What this host sends is the upload of the link that it is behind.
  public var treatment: Treatment {
    .shape(ShapedWays(out: profile.upload, in: profile.download))
  }

  public var request: String { "\(profile.name): \(profile.summary)" }
}
