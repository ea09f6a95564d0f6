internal import Model

extension Document {
  /// What each probe saw in each phase and under each fault, and what is missing, with reasons.
  mutating func addProbes(of record: Record) {
    heading(2, "Probes")
    guard !record.probes.isEmpty else {
      paragraph("No probe observed anything.")
      return
    }
    let windows = Self.windows(of: record)
    for probe in record.probes.prefix(100) {
      heading(3, "\(probe.name, limit: 100)")
      paragraph(
        "\(code: probe.kind, limit: 60) every \(Amounts.span(probe.everySeconds)), "
          + "\(Amounts.count(probe.series.samples.count, "sample")).")
      addStatistics(of: probe, in: windows)
      addReasons(of: probe)
    }
  }

  /// The phases, and behind them the windows of faults.
  private static func windows(of record: Record) -> [(name: Inline, window: Window)] {
    var windows: [(name: Inline, window: Window)] = record.phases.map {
      ("\($0.name, limit: 60)", $0.window)
    }
    for fault in record.faults.prefix(20) {
      guard let window = fault.window else { continue }
      windows.append(("under fault: \(fault.step, limit: 100)", window))
    }
    if windows.isEmpty { windows = [("whole run", Window(start: -.infinity, end: .infinity))] }
    return windows
  }

  private mutating func addStatistics(
    of probe: ProbeRecord, in windows: [(name: Inline, window: Window)]
  ) {
    let hasValues = probe.series.samples.contains { $0.value != nil }
    var header: [Inline] = ["When", "Due", "Answered", "Success", "p50", "p95", "p99"]
    if hasValues { header += ["Value (least to greatest)"] }
    header += ["No data", "Missed"]
    var rows: [[Inline]] = []
    for (name, window) in windows {
      let seen = Statistics(probe.series.samples.lazy.filter { window.contains($0.scheduled) })
      guard seen.due > 0 else { continue }
      var row: [Inline] = [
        name, "\(seen.due)", "\(seen.answered)",
        "\(Amounts.share(seen.successes, of: seen.answered))",
      ]
      row += [0.5, 0.95, 0.99].map { "\(Amounts.time(seen.latency($0)))" }
      if hasValues { row.append(Self.values(of: seen)) }
      row += [Self.lack(seen.noData), Self.lack(seen.missed)]
      rows.append(row)
    }
    guard !rows.isEmpty else {
      paragraph("**No sample was taken in any phase.**")
      return
    }
    table(header, rows)
  }

  private static func values(of seen: Statistics) -> Inline {
    guard let mean = seen.mean else { return "–" }
    if seen.leastValue == seen.greatestValue { return "\(seen.leastValue.significant(6))" }
    let range = "\(seen.leastValue.significant(6)) to \(seen.greatestValue.significant(6))"
    return "\(range), mean \(mean.significant(4))"
  }

  /// Missing data stands out; its absence does not.
  private static func lack(_ count: Int) -> Inline {
    count == 0 ? "0" : "**\(count)**"
  }

  private mutating func addReasons(of probe: ProbeRecord) {
    struct Cause: Hashable {
      var outcome: Sample.Outcome
      var reason: Int?
    }
    var counts: [Cause: (count: Int, first: Double)] = [:]
    for sample in probe.series.samples where sample.outcome != .success {
      let cause = Cause(outcome: sample.outcome, reason: sample.reason)
      counts[cause, default: (0, sample.scheduled)].count += 1
    }
    guard !counts.isEmpty else { return }
    let sorted = counts.sorted { left, right in
      (right.value.count, left.value.first, left.key.reason ?? -1)
        < (left.value.count, right.value.first, right.key.reason ?? -1)
    }
    let reasons = probe.series.reasons
    table(
      ["Not a success", "Samples", "First", "Reason"],
      sorted.map { cause, seen in
        let reason = cause.reason.flatMap { reasons.indices.contains($0) ? reasons[$0] : nil }
        return [
          Self.word(cause.outcome), "\(seen.count)", "\(Amounts.moment(seen.first))",
          reason.map { Inline.code($0, limit: 200) } ?? "–",
        ]
      }, limit: 20)
  }

  private static func word(_ outcome: Sample.Outcome) -> Inline {
    switch outcome {
    case .success: "success"
    case .failure: "failure"
    case .noData: "no data"
    case .missed: "missed by us"
    }
  }
}
