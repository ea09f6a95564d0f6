import Testing

@testable import Runner

@Suite struct ProbeScheduleTests {
  @Test func ticksStandFast() {
    var schedule = ProbeSchedule(
      every: .milliseconds(100), timeout: .seconds(1), origin: .seconds(5))
    #expect(schedule.take(at: .milliseconds(4_900)) == nil)
    #expect(schedule.take(at: .seconds(5)) == .start(due: .seconds(5)))
    #expect(schedule.take(at: .seconds(5)) == nil)
    // A tick that starts a little late does not move those that follow.
    #expect(schedule.take(at: .milliseconds(5_130)) == .start(due: .milliseconds(5_100)))
    #expect(schedule.due == .milliseconds(5_200))
  }

  @Test func aTickThatComesTooLateIsMissed() {
    var schedule = ProbeSchedule(
      every: .milliseconds(100), timeout: .seconds(1), origin: .zero)
    guard case .missed(let due, let reason)? = schedule.take(at: .milliseconds(350)) else {
      Issue.record("the tick was started 350 ms late")
      return
    }
    #expect(due == .zero)
    #expect(reason.contains("too late"))
    #expect(schedule.inFlight == 0)
  }

  @Test func aSlowProbeNeverHasMoreInFlightThanItsTimeoutNeeds() {
    var schedule = ProbeSchedule(
      every: .milliseconds(100), timeout: .milliseconds(300), origin: .zero)
    var started = 0
    for tick in 0..<20 {
      if case .start? = schedule.take(at: .milliseconds(100 * tick)) { started += 1 }
    }
    #expect(started == 4)
    #expect(schedule.inFlight == 4)
    schedule.finish()
    #expect(schedule.take(at: .milliseconds(2_000)) == .start(due: .milliseconds(2_000)))
  }
}
