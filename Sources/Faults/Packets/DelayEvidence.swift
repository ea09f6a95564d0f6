internal import Model

/// What the devices of a fault made of frames that were sent through them, against what was asked.
struct DelayEvidence {
  private let links: [NetworkRules.Link]
  private let measurements: [DelayMeasurement]

  init(_ inspection: NetworkInspection) {
    links = inspection.rules.links
    if case .delays(let measurements)? = inspection.statistics {
      self.measurements = measurements
    } else {
      measurements = []
    }
  }

  /// The words behind what was counted; empty where nothing was measured.
  var text: String {
    pairs.map { delay, measured in
      let asked = "; asked \(delay.mean.text)"
      guard let median = measured.median else {
        return "\(asked), and none of \(measured.sent) frames came out in time"
      }
      return
        "\(asked), seen \(Self.milliseconds(median)) (median of \(measured.seconds.count) frames)"
    }.joined()
  }

  /// Whether a device does not do at all what it was asked for: no frame took as long as the shortest must.
  var isMissing: Bool {
    pairs.contains { delay, measured in
      guard let most = measured.most, measured.seconds.count >= 3 else { return false }
      // A delay varies by as much to either side; one that does not at all may be measured early.
      let least = delay.mean - (delay.longest - delay.mean)
      return most < min(least, delay.mean / 2)
    }
  }

  /// How many of the frames have come out of a device.
  func frames(through link: String) -> Int {
    measurements.first { $0.link == link }?.seconds.count ?? 0
  }

  private var pairs: [(Shaping.Delay, DelayMeasurement)] {
    measurements.compactMap { measured in
      guard let delay = links.first(where: { $0.name == measured.link })?.delay else {
        return nil
      }
      return (delay, measured)
    }
  }

  /// To a tenth of a millisecond: what is finer is the machine's noise.
  private static func milliseconds(_ duration: Duration) -> String {
    let tenths = (duration.nanoseconds + 50_000) / 100_000
    return tenths % 10 == 0 ? "\(tenths / 10)ms" : "\(tenths / 10).\(tenths % 10)ms"
  }
}
