internal import Linux
internal import Model

/// Measures the delays of a fault's devices when it begins, by frames of its own.
///
/// They go through the device's queue as the selected packets do; the device then has nowhere to give
/// them back to, and drops them. While a pair is open the kernel shows it a copy of every packet of the
/// device, so it is closed when all that were sent have had their time.
final class DelayProbe {
  private let loop: EventLoop
  private var pair: ProbePair?
  private var sent: [UInt64: Duration] = [:]
  private(set) var measurement: DelayMeasurement

  private static let interval: Duration = .milliseconds(100)
  /// Beyond the delay, for what waits in the queue before it.
  private static let patience: Duration = .seconds(1)

  /// Begins to measure a device; nil if it can't be, for want of CAP_NET_RAW.
  init?(_ link: NetworkRules.Link, on loop: EventLoop) {
    guard let delay = link.delay, let pair = try? ProbePair(device: link.name) else { return nil }
    self.loop = loop
    self.pair = pair
    measurement = DelayMeasurement(link: link.name)
    do throws(SystemError) {
      try loop.watch(pair.receiver, for: .readable) { [weak self] _ in self?.receive() }
    } catch {
      return nil
    }
    send()
    let sending = Self.interval * NetworkRules.Link.probeCount
    loop.schedule(after: sending + delay.longest + Self.patience) { [weak self] in
      self?.finish()
    }
  }

  private func send() {
    guard measurement.sent < NetworkRules.Link.probeCount else { return }
    let number = UInt64(measurement.sent)
    sent[number] = loop.now
    // One that the queue has no room for is one that does not come out.
    _ = pair?.send(number)
    measurement.sent += 1
    loop.schedule(after: Self.interval) { [weak self] in self?.send() }
  }

  private func receive() {
    while let frame = pair?.receive() {
      // A copy by netem finds its number gone.
      guard let start = sent.removeValue(forKey: frame.number) else { continue }
      measurement.note(frame.time - start)
    }
  }

  /// Whether all that were sent have had their time.
  var isFinished: Bool { pair == nil }

  private func finish() {
    if let pair { loop.unwatch(pair.receiver) }
    pair = nil
  }
}
