internal import Linux
internal import Model

/// One direction of a connection: from a source through toxics to a sink.
///
/// With no toxic, and nothing waiting, bytes go from the shared buffer straight to the sink.
struct ProxyFlow {
  /// What the connection has to do because of what came through.
  enum Order {
    /// Closes both ends.
    case close
    /// Resets both ends.
    case reset
    /// The sink takes nothing more, now or ever.
    case sinkIsBroken
  }

  let source: ProxyPeer
  let sink: ProxyPeer
  private(set) var chain = Chain()
  private var unsent = ByteQueue()
  /// What is to be done once everything is sent.
  private var ending: Parcel.Content?
  /// Whether the source has sent all that it will.
  var hasEnded = false
  /// Whether the sink has been told so, or takes nothing any more.
  private(set) var isDone = false
  /// Bytes that the sink took and that were not counted yet.
  var delivered = 0
  /// Whether reading has stopped until less is held.
  private var isFull = false

  init(from source: ProxyPeer, to sink: ProxyPeer) {
    self.source = source
    self.sink = sink
  }

  // MARK: What it waits for

  /// What it holds, where memory is limited.
  var held: Int { unsent.count + (chain.isEmpty ? 0 : chain.held) }

  /// Whether the sink is waited for.
  var wantsToWrite: Bool { !unsent.isEmpty && !isDone }

  /// Whether the source is to be read; `more` is what others hold of this direction.
  mutating func wantsToRead(isScarce: Bool, and more: Int) -> Bool {
    if hasEnded || isDone { return false }
    if chain.isEmpty, more == 0 { return unsent.isEmpty }
    let most = isScarce ? ProxyLimits.scarce : max(chain.capacity, StageCapacity.usual)
    // Half empty before it is read again, so that not every byte that goes changes what is wanted.
    isFull = held + more >= (isFull ? most / 2 : most)
    return !isFull
  }

  /// When something may go next.
  var due: Duration? { isDone ? nil : chain.due }

  // MARK: What comes

  /// Whether bytes can go straight to the sink.
  var isDirect: Bool { chain.isEmpty && unsent.isEmpty }

  /// Writes what was just read, and keeps what the sink does not take.
  mutating func pass(_ bytes: UnsafeRawBufferPointer) -> Order? {
    guard !isDone else { return nil }
    switch sink.write(bytes) {
    case .bytes(let count):
      delivered += count
      if count < bytes.count {
        unsent.append(ArraySlice(UnsafeRawBufferPointer(rebasing: bytes[count...])))
      }
      return nil
    case .blocked:
      unsent.append(ArraySlice(bytes))
      return nil
    case .broken: return .sinkIsBroken
    }
  }

  /// Takes a parcel into the chain of toxics.
  mutating func take(
    _ parcel: Parcel, at now: Duration, _ environment: ProxyEnvironment
  ) -> Order? {
    guard !isDone else { return nil }
    var output: [Parcel] = []
    chain.take(parcel, at: now, into: &output)
    return deliver(output, at: now, environment)
  }

  /// Lets go what is due.
  mutating func release(at now: Duration, _ environment: ProxyEnvironment) -> Order? {
    guard !isDone, !chain.isEmpty else { return nil }
    var output: [Parcel] = []
    chain.release(at: now, into: &output)
    return deliver(output, at: now, environment)
  }

  /// Makes these its toxics.
  mutating func apply(
    _ toxics: [PlacedToxic], connection: UInt64, at now: Duration, _ environment: ProxyEnvironment
  ) -> Order? {
    guard !isDone, !(toxics.isEmpty && chain.isEmpty) else { return nil }
    var output: [Parcel] = []
    chain.apply(toxics, at: now, into: &output) { name in
      environment.random(connection: connection, name)
    }
    // What a toxic that has just gone held is no measure of it.
    return deliver(output, at: now, environment, isMeasured: false)
  }

  /// The toxics that have acted since this was asked last, and never before.
  mutating func takeActed() -> [String] { chain.isEmpty ? [] : chain.takeActed() }

  // MARK: What goes

  private mutating func deliver(
    _ parcels: [Parcel], at now: Duration, _ environment: ProxyEnvironment,
    isMeasured: Bool = true
  ) -> Order? {
    for parcel in parcels where ending == nil {
      if case .bytes(let bytes) = parcel.content {
        if isMeasured, !chain.isEmpty { environment.addedDelay.add(now - parcel.read) }
        unsent.append(bytes)
      } else {
        ending = parcel.content
      }
    }
    return flush()
  }

  /// Writes what the sink takes; at the end of it all, ends.
  mutating func flush() -> Order? {
    guard !isDone else { return nil }
    // A reset overtakes: what the other end does not take can't hold it up.
    if ending == .reset { return .reset }
    while let piece = unsent.first {
      switch piece.withUnsafeBytes({ sink.write($0) }) {
      case .bytes(let count):
        delivered += count
        unsent.removeFirst(count)
      case .blocked: return nil
      case .broken: return .sinkIsBroken
      }
    }
    switch ending {
    case .close: return .close
    case .end:
      isDone = true
      sink.shutDown()
      return nil
    case .reset, .bytes, nil: return nil
    }
  }

  /// Throws away what it holds and takes nothing more.
  mutating func abandon() {
    isDone = true
    unsent.removeAll()
    chain = Chain()
  }
}
