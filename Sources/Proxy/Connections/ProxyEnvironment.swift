internal import Glibc
internal import Linux
internal import Model

/// What all connections of a proxy share.
final class ProxyEnvironment {
  let loop: EventLoop
  /// What every connection reads with, so that an idle one needs no buffer.
  let buffer: UnsafeMutableRawBufferPointer
  let seed: UInt64
  var statistics = ProxyStatistics()
  var addedDelay: DelayRecorder
  var requestDelay: DelayRecorder
  /// What toxics and slow peers make us hold, over all connections.
  var held = 0

  init(loop: EventLoop, seed: UInt64) {
    self.loop = loop
    self.seed = seed
    buffer = .allocate(byteCount: ProxyLimits.readSize, alignment: 4096)
    addedDelay = DelayRecorder(seed: seed)
    requestDelay = DelayRecorder(seed: seed)
  }

  deinit {
    buffer.deallocate()
  }

  /// A generator for one matter of one connection, so that what it draws changes no other.
  func random(connection: UInt64, _ name: String) -> SplitMix {
    var mixer = SplitMix(seed: seed ^ Self.fingerprint(of: name))
    mixer = SplitMix(seed: mixer.next() ^ connection)
    return SplitMix(seed: mixer.next())
  }

  /// Whether a toxic is for a connection: drawn once for both, whatever other toxics come and go.
  func isFor(_ placed: PlacedToxic, connection: UInt64) -> Bool {
    guard placed.share < 1 else { return true }
    var random = random(connection: connection, "share of \(placed.name)")
    return random.happens(placed.share)
  }

  /// Counts what happened to requests.
  func count(_ output: HTTPOutput) {
    guard output.requests > 0 || output.replaced > 0 || output.isNotHTTP || !output.delays.isEmpty
    else { return }
    statistics.requests.seen += output.requests
    statistics.requests.delayed += output.delayed
    statistics.requests.aborted += output.aborted
    statistics.requests.replaced += output.replaced
    if output.isNotHTTP { statistics.requests.notHTTP += 1 }
    for name in output.hits { statistics.hits[name, default: 0] += 1 }
    for delay in output.delays { requestDelay.add(delay) }
  }

  /// FNV-1a of 64 bits: Fowler, Noll and Vo.
  private static func fingerprint(of text: String) -> UInt64 {
    text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }
}
