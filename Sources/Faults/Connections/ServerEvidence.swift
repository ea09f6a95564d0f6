internal import Model

/// What the server of a fault has done, by its own statistics, and how much came to it.
struct ServerEvidence {
  let request: String
  let inspection: NetworkInspection
  let host: any Host

  func evidence() -> Evidence {
    let rules = PacketEvidence(request: request, inspection: inspection, host: host)
    if !inspection.rules.tables.isEmpty {
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

  private func judged(_ statistics: ProxyStatistics) -> Evidence {
    let hits = statistics.hits.values.reduce(0, +)
    if statistics.accepted == 0, statistics.isListening { return nothingCame("connection") }
    var parts = ["\(statistics.accepted) connections taken on", "\(hits) hit"]
    if statistics.refusedByToxic > 0 { parts.append("\(statistics.refusedByToxic) refused") }
    if statistics.unreachable > 0 { parts.append("\(statistics.unreachable) had no server") }
    if statistics.refusedByLimit > 0 {
      parts.append("\(statistics.refusedByLimit) above the limit")
    }
    if let delay = statistics.addedDelay ?? statistics.requestDelay {
      parts.append("\(delay.median.text) added in the median, \(delay.most.text) at most")
    }
    // While nobody listens the kernel refuses, and only the redirect counts.
    let isSilent = !statistics.isListening
    return Evidence(
      requested: request,
      achieved: isSilent ? "nobody listened" : parts.joined(separator: ", "),
      isInForce: hits > 0 || statistics.refusedByToxic > 0 || isSilent)
  }

  private func nothingCame(_ what: String) -> Evidence {
    Evidence(
      requested: request,
      achieved:
        "no \(what) came to the server: none began in that time, or it took another way; what "
        + "had begun before is not redirected", isInForce: false)
  }

  private func judged(_ statistics: ResolverStatistics) -> Evidence {
    let matched = statistics.matched.reduce(0, +)
    if statistics.queries == 0 { return nothingCame("query") }
    var parts = ["\(statistics.queries) queries", "\(matched) hit"]
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
