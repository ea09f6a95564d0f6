internal import CLinux
internal import Glibc
internal import Linux
internal import Model

/// A port of the proxy, which is kept also while nobody listens on it.
///
/// While it is silent the kernel refuses connections, as it does those to a server that is down.
final class ProxyListener {
  /// Where it is bound; a port that was asked for as 0 is the one that was found.
  let address: TransportAddress
  let endpoint: IPEndpoint
  private let loop: EventLoop
  private let descriptor: Int32
  private var isBound = true
  private(set) var isListening = false
  private var isWatched = false
  /// Called when connections wait to be accepted.
  var onConnection: () -> Void = {}

  init(_ address: IPEndpoint, on loop: EventLoop) throws(ProxyProblem) {
    var raw = TransportAddress(address).raw
    let first = jenner_bind(&raw)
    guard first >= 0 else { throw .cannotListen(address, SystemError("bind")) }
    guard let bound = TransportAddress(of: first), let endpoint = bound.endpoint else {
      let error = SystemError("find the port")
      Glibc.close(first)
      throw .cannotListen(address, error)
    }
    self.address = bound
    self.endpoint = endpoint
    self.loop = loop
    guard address.port == 0 else {
      descriptor = first
      return
    }
    // A port that the kernel chose is given up with the first silence: ip_local_port_range is for
    // all. One that is asked for by number stays, and both may hold it while neither listens.
    raw = bound.raw
    descriptor = jenner_bind(&raw)
    let error = SystemError("bind")
    Glibc.close(first)
    guard descriptor >= 0 else { throw .cannotListen(address, error) }
  }

  deinit {
    close()
  }

  /// Takes connections from now on.
  func listen() throws(ProxyProblem) {
    guard isBound, !isListening else { return }
    guard Glibc.listen(descriptor, ProxyLimits.backlog) == 0 else {
      throw .cannotListen(endpoint, SystemError("listen"))
    }
    isListening = true
    do throws(SystemError) { try watch() } catch { throw .system(error) }
  }

  private func watch() throws(SystemError) {
    try loop.watch(descriptor, for: .readable) { [unowned self] _ in onConnection() }
    isWatched = true
  }

  /// Accepts nothing for a while, since the machine has run out of something.
  func pause() {
    guard isWatched else { return }
    unwatch()
    loop.schedule(after: ProxyLimits.pause) { [weak self] in
      guard let self, isListening, !isWatched else { return }
      do throws(SystemError) { try watch() } catch { pause() }
    }
  }

  /// Refuses connections from now on; those that wait to be accepted are reset.
  func silence() {
    guard isListening else { return }
    unwatch()
    isListening = false
    // Ends the listening, but not the binding: inet_shutdown of the kernel.
    _ = Glibc.shutdown(descriptor, Int32(SHUT_RD))
  }

  /// The next connection that waits, and who it is from; nil if none does.
  func accept() -> (descriptor: Int32, peer: TransportAddress)? {
    while isListening {
      var peer = jenner_address()
      let accepted = jenner_accept(descriptor, &peer)
      if accepted >= 0 { return (accepted, TransportAddress(peer)) }
      switch errno {
      case EINTR, ECONNABORTED, EPROTO: continue
      case EAGAIN: return nil
      default:
        pause()
        return nil
      }
    }
    return nil
  }

  private func unwatch() {
    if isWatched { loop.unwatch(descriptor) }
    isWatched = false
  }

  /// Gives up the port.
  func close() {
    guard isBound else { return }
    unwatch()
    isBound = false
    isListening = false
    Glibc.close(descriptor)
  }
}
