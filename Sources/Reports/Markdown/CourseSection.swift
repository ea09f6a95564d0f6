internal import Model

extension Document {
  /// The run over time: its chart and its phases.
  mutating func addCourse(of record: Record) {
    heading(2, "How it went")
    let chart = Chart(record)
    if !chart.isEmpty {
      code(chart.lines)
      paragraph(
        """
        A full bar is the number beside it, or all samples where they failed or are missing; `·` is \
        none, a gap is no sample. `█` beside a step marks when its fault was in force. p95 is that \
        of successful samples.
        """
      )
    }
    guard !record.phases.isEmpty else {
      paragraph("No phase began.")
      return
    }
    table(
      ["Phase", "From", "To", "Took", "Planned at most"],
      record.phases.map { phase in
        let planned = record.plan.phases.first { $0.name == phase.name }
        return [
          "\(phase.name, limit: 60)", "\(Amounts.moment(phase.window.start))",
          "\(Amounts.moment(phase.window.end))",
          "\(Amounts.time(phase.window.end - phase.window.start))",
          "\(planned.map { Amounts.span($0.atMost) } ?? "–")",
        ]
      }, limit: 50)
  }

  /// Every event, in order.
  mutating func addTimeline(of record: Record) {
    heading(2, "Timeline")
    guard !record.events.isEmpty else {
      paragraph("No event was recorded.")
      return
    }
    let clock = RunClock(started: record.started)
    table(
      ["Time", "UTC", "Event", "What happened", "Step", "Host"],
      record.events.map { event in
        [
          "\(Amounts.moment(event.at))", "\(clock.utc(event.at))", .code(event.kind, limit: 60),
          "\(event.text)", event.step.map { "\($0, limit: 100)" } ?? "",
          event.host.map { "\($0, limit: 60)" } ?? "",
        ]
      })
  }
}
