/// What a proxy has done since it started.
public struct ProxyStatistics: Sendable, Hashable, Codable {
  /// What happened to requests of HTTP.
  public struct Requests: Sendable, Hashable, Codable {
    /// Requests that were read.
    public var seen = 0
    public var delayed = 0
    public var aborted = 0
    public var replaced = 0
    /// Connections that did not speak HTTP/1.1, or no longer did, and were passed on untouched.
    public var notHTTP = 0

    /// Makes empty statistics.
    public init() {}
  }

  /// Connections that were taken on.
  public var accepted = 0
  /// Connections that are open now.
  public var active = 0
  /// Connections that `down` closed or reset; while nobody listens the kernel refuses uncounted.
  public var refusedByToxic = 0
  /// Connections beyond the limit, reset when they came.
  public var refusedByLimit = 0
  /// Connections that were not redirected, or came from ourselves, and were closed at once.
  public var refusedAsLoops = 0
  /// Connections whose server could not be reached.
  public var unreachable = 0
  /// Whether new connections are taken on.
  public var isListening = false
  /// Whether it has taken on none, as one that is down, at some time.
  public var wasSilent = false
  /// Bytes that servers took.
  public var bytesUpstream = 0
  /// Bytes that clients took.
  public var bytesDownstream = 0
  public var requests = Requests()
  /// On how many connections each toxic has done something, by its name; of those of HTTP, on how many
  /// requests.
  public var hits: [String: Int] = [:]
  /// How long bytes were held back by toxics, as measured.
  public var addedDelay: DelaySummary?
  /// How long requests were held back by `httpDelay`, as measured.
  public var requestDelay: DelaySummary?

  /// Makes empty statistics.
  public init() {}
}

/// What was measured of a delay.
public struct DelaySummary: Sendable, Hashable, Codable {
  public var count: Int
  public var least: Duration
  /// The median of all, or of a fair sample where there are many.
  public var median: Duration
  public var most: Duration

  /// Makes a summary.
  public init(count: Int, least: Duration, median: Duration, most: Duration) {
    self.count = count
    self.least = least
    self.median = median
    self.most = most
  }
}
