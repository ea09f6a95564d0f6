extension NetworkProfile {
  private static let webPageTest =
    "WebPageTest, www/settings/connectivity.ini.sample, profile "

  /// Links of mobile phones.
  ///
  /// WebPageTest's figures, which Lighthouse takes over: its mobile default is the fast 3G.
  static let mobile = [
    NetworkProfile(
      "edge", "EDGE, the slowest of 2G", source: webPageTest + "Edge",
      roundTrip: .milliseconds(840), downRate: 240_000, upRate: 200_000),
    NetworkProfile(
      "2g", "2G", source: webPageTest + "2G",
      roundTrip: .milliseconds(800), downRate: 280_000, upRate: 256_000),
    NetworkProfile(
      "3g-slow", "3G where it is bad", source: webPageTest + "3GSlow",
      roundTrip: .milliseconds(400), downRate: 400_000, upRate: 400_000),
    NetworkProfile(
      "3g", "3G", source: webPageTest + "3G",
      roundTrip: .milliseconds(300), downRate: 1_600_000, upRate: 768_000),
    NetworkProfile(
      "3g-fast", "3G where it is good, or 4G where it is bad",
      source: webPageTest + "3GFast; Lighthouse, core/config/constants.js, mobileSlow4G",
      roundTrip: .milliseconds(150), downRate: 1_600_000, upRate: 768_000),
    NetworkProfile(
      "4g", "4G", source: webPageTest + "4G",
      roundTrip: .milliseconds(170), downRate: 9_000_000, upRate: 9_000_000),
    NetworkProfile(
      "lte", "4G where it is good", source: webPageTest + "LTE",
      roundTrip: .milliseconds(70), downRate: 12_000_000, upRate: 12_000_000),
  ]

  /// Links of homes.
  static let fixed = [
    NetworkProfile(
      "dial-up", "A modem of 56 kbit/s", source: webPageTest + "Dial",
      roundTrip: .milliseconds(120), downRate: 49_000, upRate: 30_000),
    NetworkProfile(
      "dsl", "DSL", source: webPageTest + "DSL",
      roundTrip: .milliseconds(50), downRate: 1_500_000, upRate: 384_000),
    NetworkProfile(
      "cable", "A cable modem", source: webPageTest + "Cable",
      roundTrip: .milliseconds(28), downRate: 5_000_000, upRate: 1_000_000),
    NetworkProfile(
      "fiber", "Fiber to the home", source: webPageTest + "FIOS",
      roundTrip: .milliseconds(4), downRate: 20_000_000, upRate: 5_000_000),
  ]

  /// Links over great distances.
  static let far = [
    NetworkProfile(
      "between-zones", "Two zones of one region of a cloud",
      source: "xkyle.com, \"Measuring AWS Region and AZ Latency\": the "
        + "longest of the best round trips between two zones, 3.37 ms",
      download: Shaping(delay: .init(.microseconds(1_685))),
      upload: Shaping(delay: .init(.microseconds(1_685)))),
    NetworkProfile(
      "transatlantic", "New York to London by the shortest cable",
      source: "Hibernia Express, tested: 58.95 ms round trip (The Broadcast Bridge, 2015). Other "
        + "routes take longer, so this is the least",
      download: Shaping(delay: .init(.microseconds(29_475))),
      upload: Shaping(delay: .init(.microseconds(29_475)))),
    NetworkProfile(
      "satellite-geostationary", "A satellite at 36 000 km",
      source: "RFC 2488, 2: 279 ms each way at the edge of the view, 558 ms round trip; the speed "
        + "is that of the subscription in \"Fact checking Starlink's performance figures\" (APNIC "
        + "blog, 2022)",
      roundTrip: .milliseconds(558), downRate: 100_000_000, upRate: 10_000_000),
    lowOrbit,
  ]

  /// Satellites that move, and with them the delay.
  ///
  /// The quartiles of the round trip, 40 ms and 60 ms, are those of a normal distribution of 14.8 ms,
  /// which is 10.5 ms for each way. Losses are left out: they come with the change of satellites, every 15
  /// seconds (Mohan et al., 2024), and netem has no model of that.
  private static let lowOrbit: NetworkProfile = {
    func link(_ rate: Int) -> Shaping {
      Shaping(
        delay: .init(
          .milliseconds(25), jitter: .microseconds(10_500), distribution: .normal),
        rate: .init(bitsPerSecond: rate))
    }
    return NetworkProfile(
      "satellite-low-orbit", "Satellites at 550 km",
      source: "\"Fact checking Starlink's performance figures\" (APNIC blog, 2022): round trip of "
        + "50 ms in the median, quartiles 40 ms and 60 ms; Ookla, Q2 2023: medians above 100 Mbit/s "
        + "down and of 10 to 15 Mbit/s up in Europe",
      download: link(100_000_000), upload: link(12_500_000))
  }()
}
