/// Something that the proxy does to a connection; names and meanings are those of Toxiproxy.
public enum Toxic: Sendable, Hashable, Codable {
  /// Bytes, and the end of the stream, go on only after a delay of `delay` ± `jitter`.
  ///
  /// The order is kept: what came later never leaves earlier.
  case latency(delay: Duration, jitter: Duration)
  /// At most so many bytes go on in a second.
  case bandwidth(bytesPerSecond: Int)
  /// The end of the stream goes on only after a delay.
  case slowClose(delay: Duration)
  /// Nothing goes on; after a while, or when the toxic is removed, both ends are closed.
  ///
  /// What arrives meanwhile is thrown away. Nil: only the removal closes them.
  case timeout(after: Duration?)
  /// Nothing goes on; so long after the first byte both ends are reset.
  case reset(after: Duration)
  /// Bytes go on in small writes of `averageSize` ± `variation` bytes, with a delay between them.
  case slice(averageSize: Int, variation: Int, delay: Duration)
  /// Both ends are closed once so many bytes have gone on.
  case limitData(bytes: Int)
  /// Nobody listens, so connections are refused, and those that are open are closed.
  ///
  /// For a share of the connections only: these are reset when they come.
  case down
  /// A request of HTTP/1.1 that matches, and what follows it, goes on after a delay.
  case httpDelay(HTTPMatch, delay: Duration, jitter: Duration)
  /// A request that matches is answered with this status, and the connection is closed.
  case httpAbort(HTTPMatch, status: Int)
  /// The answer to a request that matches is changed.
  case httpReplace(HTTPMatch, HTTPReplacement)

  /// The part of it that is about HTTP; nil for those that take bytes as they come.
  public var httpMatch: HTTPMatch? {
    switch self {
    case .httpDelay(let match, _, _), .httpAbort(let match, _), .httpReplace(let match, _): match
    default: nil
    }
  }
}

/// A toxic under a name, with the part of the traffic that it is for.
public struct PlacedToxic: Sendable, Hashable, Codable {
  /// A direction of a connection, as seen from the client.
  public enum Stream: String, Sendable, Hashable, Codable {
    /// From the client to the server.
    case upstream
    /// From the server to the client.
    case downstream
    case both
  }

  /// Its name, unique among the toxics of a proxy; by it a toxic is known when others come and go.
  public var name: String
  public var toxic: Toxic
  /// Which bytes it is for; of no meaning for `down` and the toxics of HTTP.
  public var stream: Stream
  /// The share of the connections that it is for, from 0 to 1: Toxiproxy's toxicity.
  public var share: Double

  /// Places a toxic; as with Toxiproxy, by default on all that servers send.
  public init(
    _ name: String, _ toxic: Toxic, stream: Stream = .downstream, share: Double = 1
  ) {
    self.name = name
    self.toxic = toxic
    self.stream = stream
    self.share = share
  }
}
