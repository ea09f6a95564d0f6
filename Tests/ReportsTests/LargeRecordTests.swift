import Model
import Testing

@testable import Reports

/// Large and odd records; how long a large one takes is printed, for whoever wants to compare.
@Suite struct LargeRecordTests {
  private static func record(probes: Int, samples: Int) throws -> Record {
    var record = try Samples.passed()
    record.durationSeconds = Double(samples) / 100
    record.phases = [
      PhaseRecord(name: "baseline", window: Window(start: 0, end: record.durationSeconds / 3)),
      PhaseRecord(
        name: "method",
        window: Window(start: record.durationSeconds / 3, end: record.durationSeconds)),
    ]
    record.probes = (0..<probes).map { number in
      var series = Series(probe: "probe-\(number)")
      for tick in 0..<samples {
        let time = Double(tick) / 100
        if tick % 97 == 0 {
          series.append(.failure("timed out after 2s", latency: 2), scheduled: time)
        } else {
          let latency = Double(1_000 + tick * 7919 % 1000) / 100_000
          series.append(Observation(outcome: .success, latency: latency), scheduled: time)
        }
      }
      return ProbeRecord(
        name: series.probe, kind: "http", everySeconds: 0.01, series: series)
    }
    return record
  }

  @Test func aLongRunIsRendered() throws {
    #if DEBUG
      let samples = 3_000
    #else
      let samples = 60_000
    #endif
    let record = try Self.record(probes: 10, samples: samples)
    let clock = ContinuousClock()
    for format in Reports.all {
      var text = ""
      let elapsed = try clock.measure { text = try format.render(record) }
      print("10 probes of \(samples) samples, \(format.name): \(text.utf8.count) bytes, \(elapsed)")
      #expect(text.contains("Checkout"))
    }
    var same = false
    let text = try JSONReport.render(record)
    let elapsed = try clock.measure { same = try JSONReport.read(text) == record }
    print("10 probes of \(samples) samples, read back: \(elapsed)")
    #expect(same)
  }

  /// A record that was edited by hand may hold any number.
  @Test(arguments: [Double.nan, .infinity, -.infinity, 1e300, -1e300, -1, 0])
  func oddNumbersAreNoCrash(odd: Double) throws {
    var record = try Samples.passed()
    record.durationSeconds = odd
    record.recoverySeconds = odd
    record.phases[1].window = Window(start: odd, end: 90)
    record.phases[2].window = Window(start: 90, end: odd)
    record.faults[0].window = Window(start: odd, end: odd)
    record.faults[0].requestedSeconds = odd
    record.events[1].at = odd
    record.probes[0].everySeconds = odd
    record.plan.steps[0].afterSeconds = odd
    record.plan.phases[0].atMost = odd
    var series = Series(probe: "p")
    for outcome in [Observation.Outcome.success, .failure] {
      series.append(Observation(outcome: outcome, value: odd, latency: odd), scheduled: odd)
      series.append(Observation(outcome: outcome, value: 1, latency: 1), scheduled: 1)
    }
    record.probes[0].series = series
    for format in Reports.all {
      let text = try format.render(record)
      #expect(!text.isEmpty)
    }
    #expect(!PlanText.render(record.plan, digest: "").isEmpty)
  }

  @Test func everyEndingHasItsWord() throws {
    var record = try Samples.begun()
    record.clean = true
    let words: [(Record.Ending, String)] = [
      (.completed, "INCONCLUSIVE"), (.stopped, "INCONCLUSIVE"), (.refused, "REFUSED"),
      (.interrupted, "INTERRUPTED"), (.error, "ERROR"),
    ]
    for (ending, word) in words {
      record.ended = ending
      #expect(MarkdownReport.render(record).hasPrefix("# \(word): "))
      #expect(TerminalSummary.render(record).hasPrefix(word))
    }
  }
}
