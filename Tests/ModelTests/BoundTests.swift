import Testing

@testable import Model

@Suite struct BoundTests {
  @Test func readsEveryForm() {
    #expect(Bound.Amount.parse("98%", unit: .share) == .absolute(0.98))
    #expect(Bound.Amount.parse("300ms", unit: .time) == .absolute(0.3))
    #expect(Bound.Amount.parse("-3.5", unit: .number) == .absolute(-3.5))
    #expect(
      Bound.Amount.parse("2x baseline", unit: .time) == .baselineTimes(2, floor: nil))
    #expect(Bound.Amount.parse("baseline + 50ms", unit: .time) == .baselinePlus(0.05))
    #expect(Bound.Amount.parse("baseline - 1pp", unit: .share) == .baselinePlus(-0.01))
  }

  @Test(arguments: [
    ("98", Metric.Unit.share), ("300", .time), ("98%", .time), ("1pp", .share), ("3ms", .number),
    ("0x baseline", .time), ("x baseline", .time), ("baseline", .time),
    ("baseline + 1pp", .time), ("baseline - 50ms", .share), ("nan", .number), ("inf", .number),
  ])
  func refuses(text: String, unit: Metric.Unit) {
    #expect(Bound.Amount.parse(text, unit: unit) == nil)
  }

  @Test func resolvesAgainstABaseline() {
    #expect(Bound.Amount.absolute(3).resolved(baseline: nil) == 3)
    #expect(Bound.Amount.baselineTimes(2, floor: nil).resolved(baseline: 0.1) == 0.2)
    #expect(Bound.Amount.baselineTimes(2, floor: 0.5).resolved(baseline: 0.1) == 0.5)
    #expect(Bound.Amount.baselinePlus(-0.01).resolved(baseline: 1) == 0.99)
    #expect(Bound.Amount.baselinePlus(1).resolved(baseline: nil) == nil)
  }

  @Test func knowsWhichSideIsBad() {
    let least = Bound(direction: .minimum, limit: .absolute(1))
    #expect(least.isViolated(by: 0.9, limit: 1))
    #expect(!least.isViolated(by: 1, limit: 1))
    let most = Bound(direction: .above, limit: .absolute(1))
    #expect(most.isViolated(by: 1.1, limit: 1))
    #expect(!most.isViolated(by: 1, limit: 1))
  }

  @Test func metricNames() {
    #expect(Metric(name: "p95") == .latency(quantile: 0.95))
    #expect(Metric(name: "p99.9")?.name == "p99.9")
    for name in ["p0", "p100", "p", "q95", "median", "p-5"] { #expect(Metric(name: name) == nil) }
  }
}
