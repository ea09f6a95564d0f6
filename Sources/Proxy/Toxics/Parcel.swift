/// A piece of a stream on its way through the proxy.
struct Parcel {
  enum Content: Equatable {
    case bytes(ArraySlice<UInt8>)
    /// Nothing more will be sent: a half-close.
    case end
    /// Both ends of the connection are to be closed, once what went before is delivered.
    case close
    /// Both ends of the connection are to be reset.
    case reset
  }

  var content: Content
  /// When it came to where it is, which is what the next delay counts from.
  ///
  /// A stage that lets it go sets the time at which it was due, not the slightly later one at which
  /// it was let go, so that the errors of several stages do not add up.
  var time: Duration
  /// When the proxy read it.
  let read: Duration

  /// Makes a parcel that has just been read.
  init(_ content: Content, at now: Duration) {
    self.content = content
    time = now
    read = now
  }

  private init(_ content: Content, time: Duration, read: Duration) {
    self.content = content
    self.time = time
    self.read = read
  }

  /// The same at a later place.
  func at(_ time: Duration) -> Parcel {
    Parcel(content, time: time, read: read)
  }

  /// A part of its bytes at a later place.
  func part(_ bytes: ArraySlice<UInt8>, at time: Duration) -> Parcel {
    Parcel(.bytes(bytes), time: time, read: read)
  }

  /// What it counts for where memory is limited: its bytes, and what keeping it takes.
  var size: Int {
    if case .bytes(let bytes) = content { return bytes.count + Self.overhead }
    return Self.overhead
  }

  private static let overhead = 64
}
