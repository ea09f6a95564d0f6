internal import Model

/// A toxic of HTTP, ready to be compared with requests.
struct HTTPRule {
  let name: String
  let toxic: Toxic
  private let match: HTTPMatch
  /// Compiled once for all connections.
  private let path: Regex<AnyRegexOutput>?

  /// The longest path that an expression is tried on; time may grow fast with the length.
  private static let longestPath = 4096

  /// Makes a rule; nil if the toxic is none of HTTP.
  init?(_ placed: PlacedToxic) {
    guard let match = placed.toxic.httpMatch else { return nil }
    name = placed.name
    toxic = placed.toxic
    self.match = match
    path = match.path.flatMap { try? Regex($0.text) }
  }

  /// Whether a request is hit; chance is drawn only for one that matches.
  func hits(_ request: HTTPRequestHead, _ random: inout SplitMix) -> Bool {
    if let method = match.method, method != request.method { return false }
    if match.path != nil {
      guard request.path.utf8.count <= Self.longestPath, let path,
        (try? path.firstMatch(in: request.path)) ?? nil != nil
      else { return false }
    }
    return match.share >= 1 || random.happens(match.share)
  }
}
