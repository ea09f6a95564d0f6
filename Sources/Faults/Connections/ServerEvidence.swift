internal import Model

/// What the server of a fault has done, by its own statistics, and how much came to it.
struct ServerEvidence {
  let request: String
  let inspection: NetworkInspection
  let host: any Host

  func evidence() -> Evidence {
    if !inspection.rules.tables.isEmpty {
      let rules = PacketEvidence(
        request: request, inspection: inspection, host: host,
        reasons: PacketEvidence.Reasons(
          subject: subject, hint: "; what had begun before is not redirected"))
      let seen = rules.evidence()
      // Without the redirect nothing came; at the beginning that it stands is all that can be seen.
      guard inspection.isEnding, seen.isInForce else { return seen }
    } else if !inspection.isEnding {
      return Evidence(requested: request, achieved: "the server is ready", isInForce: true)
    }
    switch inspection.statistics {
    case .proxy(let statistics)?: return judged(statistics)
    case .resolver(let statistics)?: return judged(statistics)
    case .delays, nil:
      return Evidence(
        requested: request, achieved: "the server has not said what it did", isInForce: false)
    }
  }

  private var subject: String {
    if case .resolver = inspection.rules.server { "query" } else { "connection" }
  }

  private func judged(_ statistics: ProxyStatistics) -> Evidence {
    let hits = statistics.hits.values.reduce(0, +)
    // While nobody listens the kernel refuses, and only the redirect counts.
    let isRefused = statistics.wasSilent && !inspection.rules.tables.isEmpty
    if statistics.accepted == 0, !isRefused { return nothingCame("connection") }
    var parts = ["\(Self.count(statistics.accepted, "connection")) taken on"]
    if isRefused { parts.append("nobody listened") }
    if hits > 0 || !isRefused { parts.append("\(hits) hit") }
    parts += requests(statistics.requests)
    if statistics.refusedByToxic > 0 { parts.append("\(statistics.refusedByToxic) refused") }
    if statistics.unreachable > 0 { parts.append("\(statistics.unreachable) had no server") }
    if statistics.refusedByLimit > 0 {
      parts.append("\(statistics.refusedByLimit) above the limit")
    }
    if let delay = statistics.addedDelay ?? statistics.requestDelay {
      parts.append("\(delay.median.text) added in the median, \(delay.most.text) at most")
    }
    return Evidence(
      requested: request, achieved: parts.joined(separator: ", "),
      isInForce: hits > 0 || statistics.refusedByToxic > 0 || isRefused)
  }

  /// What a fault on requests has read: where it has hit none, the likely reason.
  private func requests(_ requests: ProxyStatistics.Requests) -> [String] {
    var parts: [String] = []
    if requests.seen > 0 { parts.append("\(Self.count(requests.seen, "request")) read") }
    if requests.notHTTP > 0 {
      parts.append("\(Self.count(requests.notHTTP, "connection")) not of plain HTTP/1.1")
    }
    return parts
  }

  private func nothingCame(_ what: String) -> Evidence {
    let reason =
      inspection.rules.tables.isEmpty
      ? "none was made to it"
      : "packets were redirected to it, and none arrived: a firewall of this host may drop what comes "
        + "to its port"
    return Evidence(
      requested: request, achieved: "no \(what) came to the server: \(reason)", isInForce: false)
  }

  /// A number of things, in the plural but for one.
  private static func count(_ number: Int, _ thing: String) -> String {
    "\(number) \(thing)\(number == 1 ? "" : "s")"
  }

  private func judged(_ statistics: ResolverStatistics) -> Evidence {
    let matched = statistics.matched.reduce(0, +)
    if statistics.queries == 0 { return nothingCame("query") }
    var parts = [
      statistics.queries == 1 ? "1 query" : "\(statistics.queries) queries", "\(matched) hit",
    ]
    if statistics.answered > 0 { parts.append("\(statistics.answered) answered by rule") }
    if statistics.silenced > 0 { parts.append("\(statistics.silenced) left without an answer") }
    if let least = statistics.leastDelaySeconds, let most = statistics.mostDelaySeconds {
      parts.append(
        "delayed by \(Duration.seconds(least).text) to \(Duration.seconds(most).text)")
    }
    if statistics.upstreamFailures > 0 {
      parts.append("\(statistics.upstreamFailures) times a name server did not answer")
    }
    return Evidence(
      requested: request, achieved: parts.joined(separator: ", "), isInForce: matched > 0)
  }
}
