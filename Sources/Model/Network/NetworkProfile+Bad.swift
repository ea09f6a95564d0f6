extension NetworkProfile {
  /// Links that are worse than slow.
  static let bad = [badWiFi, tunnel, veryBad]

  /// A wireless network with too many stations.
  ///
  /// Of the delays that were measured, half were above 20 ms and a tenth above 100 ms. The table `pareto`
  /// of iproute2 has its median at -0.32 and its ninth decile at 0.87 times the jitter, which gives a mean
  /// of 42 ms and a jitter of 67 ms; one in a hundred is then above 310 ms. With a rate, netem keeps the
  /// packets in order, as the access point does.
  private static let badWiFi = NetworkProfile(
    "bad-wifi", "A wireless network with too many stations",
    source:
      "Pei et al., \"WiFi can be the weakest link of round trip network latency in the wild\" "
      + "(INFOCOM 2016), for the delay; speed and losses (1% in bursts of 5) are our choice",
    download: Shaping(
      delay: .init(.milliseconds(42), jitter: .milliseconds(67), distribution: .pareto),
      loss: bursts(p: 0.002, r: 0.2), rate: .init(bitsPerSecond: 10_000_000)),
    upload: Shaping(
      loss: bursts(p: 0.002, r: 0.2), rate: .init(bitsPerSecond: 10_000_000)))

  /// A phone in a train: the link is there, and then for a while it is not.
  ///
  /// netem counts packets and not seconds, so that the outages of an idle link are long.
  private static let tunnel: NetworkProfile = {
    func link(_ rate: Int) -> Shaping {
      Shaping(
        delay: .init(.milliseconds(85)), loss: bursts(p: 0.002, r: 0.01),
        rate: .init(bitsPerSecond: rate))
    }
    return NetworkProfile(
      "mobile-in-tunnel", "4G that is gone for a hundred packets at a time",
      source: "WebPageTest, profile 4G; the outages (after 500 packets, for 100) are our choice",
      download: link(9_000_000), upload: link(9_000_000))
  }()

  private static let veryBad: NetworkProfile = {
    let link = Shaping(
      delay: .init(.milliseconds(500)), loss: .random(.init(Percentage(fraction: 0.1))),
      rate: .init(bitsPerSecond: 1_000_000))
    return NetworkProfile(
      "very-bad", "A network that is hardly one",
      source: "Apple's Network Link Conditioner, profile Very Bad Network", download: link,
      upload: link)
  }()

  /// Losses of everything for `1/r` packets, `1/p` packets apart.
  private static func bursts(p: Double, r: Double) -> Shaping.Loss {
    .gilbertElliott(
      p: Percentage(fraction: p), r: Percentage(fraction: r), lossInBad: .all, lossInGood: .none)
  }
}
