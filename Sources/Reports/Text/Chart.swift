internal import Model

/// The run as text: for each probe its p95 and its failures over time, under the windows of faults.
///
/// One time axis serves all rows, so that cause and effect stand in one column.
struct Chart {
  private let record: Record
  private let length: Double
  private let columns = 60
  private let labelWidth = 24

  private static let bars: [Character] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]

  init(_ record: Record) {
    self.record = record
    let ends =
      record.phases.map(\.window.end)
      + record.probes.compactMap { $0.series.samples.last?.scheduled }
      + [record.durationSeconds]
    length = ends.filter { $0.isFinite && $0 < 1e7 }.max() ?? 0
  }

  /// Whether there is nothing to draw.
  var isEmpty: Bool {
    length <= 0 || record.probes.allSatisfy(\.series.samples.isEmpty)
  }

  /// The chart's lines; all of them are plain text.
  var lines: [String] {
    var lines = [axis]
    if !record.phases.isEmpty { lines.append(row("phase", phases)) }
    for fault in record.faults.prefix(8) {
      guard let window = fault.window else { continue }
      lines.append(row(fault.step, mark(window), "\(fault.kind) on \(fault.host)"))
    }
    for probe in record.probes.prefix(8) {
      lines.append("")
      lines += rows(of: probe)
    }
    return lines
  }

  private var axis: String {
    let quarters = (0..<4).map { Amounts.moment(length * Double($0) / 4).padded(to: columns / 4) }
    return "".padded(to: labelWidth) + quarters.joined() + " " + Amounts.moment(length)
  }

  private func row(_ label: String, _ cells: String, _ note: String = "") -> String {
    let name = label.plain(limit: labelWidth - 2).padded(to: labelWidth)
    return name + cells + (note.isEmpty ? "" : "  " + note.plain(limit: 50))
  }

  /// The first letters of each phase from the column of its start on.
  private var phases: String {
    var cells = [Character](repeating: " ", count: columns)
    for phase in record.phases {
      guard phase.window.start.isFinite else { continue }
      let start = column(of: phase.window.start)
      let end = max(start + 1, column(of: phase.window.end))
      let name = Array("|" + phase.name.plain(limit: 20))
      for index in start..<min(end, columns) {
        cells[index] = index - start < name.count ? name[index - start] : "-"
      }
    }
    return String(cells)
  }

  private func mark(_ window: Window) -> String {
    let start = column(of: window.start)
    let end = max(start, column(of: window.end))
    return String((0..<columns).map { (start...end).contains($0) ? "█" : "·" })
  }

  private func column(of time: Double) -> Int {
    guard time.isFinite, time > 0 else { return 0 }
    return min(columns - 1, Int(min(time / length, 1) * Double(columns)))
  }

  private func rows(of probe: ProbeRecord) -> [String] {
    var buckets = [[Sample]](repeating: [], count: columns)
    for sample in probe.series.samples { buckets[column(of: sample.scheduled)].append(sample) }
    let seen = buckets.map { Statistics($0) }
    var rows: [String] = []
    if seen.contains(where: { $0.valueCount > 0 }) {
      let means = seen.map(\.mean)
      let greatest = means.compactMap(\.self).max() ?? 0
      rows.append(row("\(probe.name): value", bars(means), "up to \(greatest.significant(4))"))
    } else if seen.contains(where: { !$0.latencies.isEmpty }) {
      let quantiles = seen.map { $0.latency(0.95) }
      let greatest = quantiles.compactMap(\.self).max()
      rows.append(row("\(probe.name): p95", bars(quantiles), "up to \(Amounts.time(greatest))"))
    }
    rows.append(shares("\(probe.name): failed", of: \.failures, seen))
    let lacking = seen.contains { $0.noData + $0.missed > 0 }
    if lacking { rows.append(shares("\(probe.name): no data", of: \.lacking, seen)) }
    return rows
  }

  private func shares(
    _ label: String, of count: (Statistics) -> Int, _ seen: [Statistics]
  ) -> String {
    let shares = seen.map { $0.due > 0 ? Double(count($0)) / Double($0.due) : nil }
    let greatest = shares.compactMap(\.self).max() ?? 0
    let note = greatest > 0 ? "up to \((greatest * 100).significant(2))%" : "none"
    return row(label, bars(shares, full: 1), note)
  }

  /// A bar for each amount, in proportion to a full one or to the greatest of them; amounts under
  /// zero have none.
  private func bars(_ amounts: [Double?], full: Double? = nil) -> String {
    let greatest = full ?? amounts.compactMap(\.self).max() ?? 0
    return String(
      amounts.map { amount -> Character in
        guard let amount else { return " " }
        guard amount > 0, greatest > 0 else { return "·" }
        let height = Int((amount / greatest * Double(Self.bars.count)).rounded(.up))
        return Self.bars[min(max(height, 1), Self.bars.count) - 1]
      })
  }
}

extension Statistics {
  /// The samples that were due and say nothing about the system.
  fileprivate var lacking: Int { noData + missed }
}
