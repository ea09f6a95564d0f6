internal import Glibc
internal import Linux
internal import Model

/// A client and its server, with the proxy between them.
final class ProxyConnection {
  /// A direction of the bytes.
  enum Direction {
    case upstream
    case downstream
  }

  private enum State {
    case connecting
    case open
    /// Both peers were told that nothing more comes, and what they still send is thrown away.
    case lingering
    case closed
  }

  let number: UInt64
  /// The ends of our connection to the server; nil if there is none.
  let route: ProxyRoute?
  private let environment: ProxyEnvironment
  private let client: ProxyPeer
  private let server: ProxyPeer
  private let onClosed: (ProxyConnection) -> Void
  private var state = State.connecting
  var upstream: ProxyFlow
  var downstream: ProxyFlow
  var http: ProxyHTTP
  private var alarm: (timer: EventLoop.Timer, time: Duration)?
  /// What of `environment.held` is ours.
  private var accounted = 0
  /// Whether anything has come since the proxy began to end.
  private var hasCome = false
  /// The toxics that have acted on this connection.
  private var acted: Set<String> = []

  init(
    number: UInt64, client: Int32, server: Int32, route: ProxyRoute?,
    in environment: ProxyEnvironment, onClosed: @escaping (ProxyConnection) -> Void
  ) {
    self.number = number
    self.route = route
    self.environment = environment
    self.onClosed = onClosed
    self.client = ProxyPeer(client, on: environment.loop)
    self.server = ProxyPeer(server, on: environment.loop)
    upstream = ProxyFlow(from: self.client, to: self.server)
    downstream = ProxyFlow(from: self.server, to: self.client)
    http = ProxyHTTP(random: environment.random(connection: number, "requests"))
  }

  /// Waits for the server to accept; one that was refused at once has no socket.
  func start(_ toxics: [PlacedToxic], _ rules: [HTTPRule]) {
    client.onReady = { [unowned self] in clientIsReady($0) }
    client.onBroken = { [unowned self] in broke(client) }
    server.onReady = { [unowned self] in serverIsReady($0) }
    server.onBroken = { [unowned self] in broke(server) }
    apply(toxics, rules)
    guard state == .connecting else { return }
    guard server.isOpen else { return serverIsUnreachable() }
    wake(at: environment.loop.now + ProxyLimits.connect)
    server.want(.writable)
  }

  /// Makes these its toxics; they are those that are for this connection.
  func apply(_ toxics: [PlacedToxic], _ rules: [HTTPRule]) {
    guard state == .open || state == .connecting else { return }
    let now = environment.loop.now
    var output = HTTPOutput()
    http.apply(rules, at: now, into: &output)
    perform(output, at: now)
    let ofBytes = toxics.filter(\.toxic.isOfBytes)
    let up = ofBytes.filter { $0.stream != .downstream }
    let down = ofBytes.filter { $0.stream != .upstream }
    obey(upstream.apply(up, connection: number, at: now, environment), of: .upstream)
    obey(downstream.apply(down, connection: number, at: now, environment), of: .downstream)
    settle()
  }

  // MARK: Events

  private func clientIsReady(_ interest: EventLoop.Interest) {
    if state == .lingering { return discard(client) }
    if interest.contains(.writable), downstream.wantsToWrite {
      obey(downstream.flush(), of: .downstream)
    }
    if interest.contains(.readable) { read(.upstream) }
    settle()
  }

  private func serverIsReady(_ interest: EventLoop.Interest) {
    switch state {
    case .connecting: connected()
    case .lingering: return discard(server)
    case .open, .closed:
      if interest.contains(.writable), upstream.wantsToWrite {
        obey(upstream.flush(), of: .upstream)
      }
      if interest.contains(.readable) { read(.downstream) }
    }
    settle()
  }

  private func connected() {
    guard server.error == 0 else { return serverIsUnreachable() }
    state = .open
    if let alarm { environment.loop.cancel(alarm.timer) }
    alarm = nil
  }

  private func serverIsUnreachable() {
    environment.statistics.unreachable += 1
    closeGently()
  }

  private func read(_ direction: Direction) {
    let source = direction == .upstream ? client : server
    guard state == .open, wantsToRead(direction) else { return }
    switch source.read(into: environment.buffer) {
    case .bytes(0): ended(direction)
    case .bytes(let count):
      arrived(UnsafeRawBufferPointer(rebasing: environment.buffer[..<count]), direction)
    case .blocked: break
    case .broken: broke(source)
    }
  }

  private func arrived(_ bytes: UnsafeRawBufferPointer, _ direction: Direction) {
    hasCome = true
    if !http.reads(bytes, direction) {
      if direction == .upstream, upstream.isDirect {
        return obey(upstream.pass(bytes), of: .upstream)
      }
      if direction == .downstream, downstream.isDirect {
        return obey(downstream.pass(bytes), of: .downstream)
      }
    }
    let now = environment.loop.now
    if http.isReading {
      var output = HTTPOutput()
      http.take(ArraySlice(bytes), direction, at: now, into: &output)
      perform(output, at: now)
    } else {
      take(Parcel(.bytes(ArraySlice(bytes)), at: now), direction, at: now)
    }
  }

  private func ended(_ direction: Direction) {
    let now = environment.loop.now
    if direction == .upstream { upstream.hasEnded = true } else { downstream.hasEnded = true }
    if http.isReading {
      var output = HTTPOutput()
      http.ended(direction, at: now, into: &output)
      perform(output, at: now)
    } else {
      take(Parcel(.end, at: now), direction, at: now)
    }
  }

  /// One end was reset, or can't be written to: the other hears of it behind what was sent before.
  private func broke(_ peer: ProxyPeer) {
    guard state == .open || state == .connecting else { return }
    let direction: Direction = peer === client ? .upstream : .downstream
    let isDone = direction == .upstream ? upstream.isDone : downstream.isDone
    peer.close()
    if direction == .upstream { downstream.abandon() } else { upstream.abandon() }
    guard !isDone, state == .open else { return reset() }
    if direction == .upstream { upstream.hasEnded = true } else { downstream.hasEnded = true }
    let now = environment.loop.now
    take(Parcel(.reset, at: now), direction, at: now)
    settle()
  }

  // MARK: What follows

  private func take(_ parcel: Parcel, _ direction: Direction, at now: Duration) {
    switch direction {
    case .upstream: obey(upstream.take(parcel, at: now, environment), of: direction)
    case .downstream: obey(downstream.take(parcel, at: now, environment), of: direction)
    }
  }

  private func perform(_ output: HTTPOutput, at now: Duration) {
    environment.count(output)
    for parcel in output.upstream { take(parcel, .upstream, at: now) }
    for parcel in output.downstream { take(parcel, .downstream, at: now) }
  }

  private func obey(_ order: ProxyFlow.Order?, of direction: Direction) {
    for name in upstream.takeActed() + downstream.takeActed()
    where acted.insert(name).inserted {
      environment.statistics.hits[name, default: 0] += 1
    }
    switch order {
    case .close: closeGently()
    case .reset: reset()
    case .sinkIsBroken: broke(direction == .upstream ? server : client)
    case nil: break
    }
  }

  /// Brings what is waited for in line with what there is to do.
  private func settle() {
    count()
    guard state == .open else { return }
    if upstream.isDone, downstream.isDone { return finish() }
    // Both have said their last, and a toxic has swallowed it: nothing is left to wait for.
    if upstream.hasEnded, downstream.hasEnded, nothingIsUnderWay {
      closeGently()
      return
    }
    client.want(
      [wantsToRead(.upstream) ? .readable : [], downstream.wantsToWrite ? .writable : []])
    server.want(
      [wantsToRead(.downstream) ? .readable : [], upstream.wantsToWrite ? .writable : []])
    if let due { wake(at: due) }
  }

  private var due: Duration? {
    [upstream.due, downstream.due, http.due].compactMap(\.self).min()
  }

  private var nothingIsUnderWay: Bool {
    due == nil && !upstream.wantsToWrite && !downstream.wantsToWrite
  }

  private func wantsToRead(_ direction: Direction) -> Bool {
    let isScarce = environment.held > ProxyLimits.held
    return switch direction {
    case .upstream: upstream.wantsToRead(isScarce: isScarce, and: http.heldOfRequests)
    case .downstream: downstream.wantsToRead(isScarce: isScarce, and: http.heldOfResponses)
    }
  }

  /// Asks to be woken, unless it is going to be at least as early.
  private func wake(at time: Duration) {
    if let alarm {
      if alarm.time <= time { return }
      environment.loop.cancel(alarm.timer)
    }
    let timer = environment.loop.schedule(at: time) { [unowned self] in woken() }
    alarm = (timer, time)
  }

  private func woken() {
    alarm = nil
    switch state {
    case .connecting: serverIsUnreachable()
    case .lingering: finish()
    case .closed: break
    case .open:
      let now = environment.loop.now
      var output = HTTPOutput()
      http.release(at: now, into: &output)
      perform(output, at: now)
      obey(upstream.release(at: now, environment), of: .upstream)
      obey(downstream.release(at: now, environment), of: .downstream)
      settle()
    }
  }

  private func count() {
    environment.statistics.bytesUpstream += upstream.delivered
    environment.statistics.bytesDownstream += downstream.delivered
    upstream.delivered = 0
    downstream.delivered = 0
    let held = upstream.held + downstream.held + http.heldOfRequests + http.heldOfResponses
    environment.held += held - accounted
    accounted = held
  }

  // MARK: The end

  /// Closes both ends so that each has all that was sent to it: shutdown, then wait for theirs.
  ///
  /// A socket that is closed with something unread makes the kernel send a reset, which may overtake
  /// what the peer has not read yet.
  ///
  /// False if it was closing already.
  @discardableResult
  func closeGently() -> Bool {
    guard state == .open || state == .connecting else { return false }
    state = .lingering
    upstream.abandon()
    downstream.abandon()
    http.stop()
    if let alarm { environment.loop.cancel(alarm.timer) }
    alarm = nil
    wake(at: environment.loop.now + ProxyLimits.linger)
    for peer in [client, server] {
      peer.shutDown()
      peer.want(.readable)
    }
    count()
    finishIfAlone()
    return true
  }

  /// Reads what a peer still sends; once it has ended too, closes its socket.
  private func discard(_ peer: ProxyPeer) {
    switch peer.read(into: environment.buffer) {
    case .bytes(0), .broken:
      peer.close()
      finishIfAlone()
    case .bytes, .blocked: break
    }
  }

  private func finishIfAlone() {
    if !client.isOpen, !server.isOpen { finish() }
  }

  /// Removes the toxics, and sees from now on whether it is in use.
  func drain() {
    hasCome = accounted > 0
    apply([], [])
  }

  /// Closes both ends at once: with a reset where it was in use, or one end still has to answer what the
  /// other has said to its end, so that nobody takes what has come so far for the whole.
  func cutOff() {
    let isHalfOver = upstream.hasEnded != downstream.hasEnded
    if hasCome || accounted > 0 || isHalfOver { reset() } else { finish() }
  }

  /// Closes both ends at once with a reset.
  func reset() {
    guard state != .closed else { return }
    client.reset()
    server.reset()
    finish()
  }

  /// Closes both ends at once.
  func finish() {
    guard state != .closed else { return }
    state = .closed
    if let alarm { environment.loop.cancel(alarm.timer) }
    alarm = nil
    client.close()
    server.close()
    upstream.abandon()
    downstream.abandon()
    http.stop()
    count()
    onClosed(self)
  }
}
