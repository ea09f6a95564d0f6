extension PlacedToxic {
  /// The toxic in one line, for a plan.
  public var shown: String {
    var text = toxic.shown
    if toxic.httpMatch == nil, toxic != .down { text += ", \(stream.rawValue)" }
    if share < 1 { text += ", for \(Percentage(fraction: share).text) of the connections" }
    return text
  }
}

extension Toxic {
  /// What it does, in words.
  public var shown: String {
    switch self {
    case .latency(let delay, let jitter): "delay \(delay.text)\(Self.shown(jitter))"
    case .bandwidth(let rate): "at most \(DataSize(bytes: rate).text) a second"
    case .slowClose(let delay): "delay the end by \(delay.text)"
    case .timeout(let after): "nothing goes on" + (after.map { ", closed after \($0.text)" } ?? "")
    case .reset(let after): "reset \(after.text) after the first byte"
    case .slice(let size, let variation, let delay):
      "in pieces of \(size) ± \(variation) bytes, \(delay.text) apart"
    case .limitData(let bytes): "closed after \(DataSize(bytes: bytes).text)"
    case .down: "nobody listens"
    case .httpDelay(let match, let delay, let jitter):
      "delay \(match.shown) by \(delay.text)\(Self.shown(jitter))"
    case .httpAbort(let match, let status): "answer \(match.shown) with \(status)"
    case .httpReplace(let match, let replacement):
      "change the answer to \(match.shown): \(replacement.shown)"
    }
  }

  private static func shown(_ jitter: Duration) -> String {
    jitter > .zero ? " ± \(jitter.text)" : ""
  }
}

extension HTTPMatch {
  fileprivate var shown: String {
    var text = (method.map { "\($0) " } ?? "") + "requests"
    if let path { text += " for /\(path.text)/" }
    return share < 1 ? "\(Percentage(fraction: share).text) of " + text : text
  }
}

extension HTTPReplacement {
  fileprivate var shown: String {
    var parts = status.map { ["status \($0)"] } ?? []
    parts += headers.map { "header \($0.name)" }
    if let body { parts.append("a body of \(body.utf8.count) bytes") }
    return parts.joined(separator: ", ")
  }
}
