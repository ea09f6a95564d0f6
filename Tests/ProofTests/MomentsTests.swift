import Testing

@testable import proof

@Suite struct MomentsTests {
  private var survey: [SurveyedPoint] = []

  private mutating func call(
    _ name: String, _ occurrence: Int, _ reach: CallReach, in thread: Int32 = 1
  ) {
    for edge in [CallPoint.Edge.entry, .exit] {
      survey.append(
        SurveyedPoint(
          point: CallPoint(name: name, occurrence: occurrence, edge: edge), process: 1,
          thread: thread, reach: reach, isOfLoader: false, living: [.agent]))
    }
  }

  /// What is tried, as a text for each point.
  private func tried(whenCallerDies dies: Bool, without missing: String? = nil) -> [String] {
    let common = Set(survey.map(\.point).filter { "\($0)" != missing })
    return zip(survey, Moments(survey, common: common).reaches).compactMap { point, moment in
      var point = point
      point.moment = moment
      return point.isMoment(whenCallerDies: dies) ? "\(point.point)" : nil
    }
  }

  /// An exit and the next entry are one; what only computes is none; the end of a thread is one.
  @Test mutating func aMomentIsWhatACallParts() {
    call("write", 1, .others)
    call("mmap", 1, .nobody)
    call("mmap", 2, .nobody)
    call("fsync", 1, .others)
    #expect(
      tried(whenCallerDies: false)
        == ["write #1 entry", "mmap #1 entry", "fsync #1 entry", "fsync #1 exit"])
    #expect(tried(whenCallerDies: true) == tried(whenCallerDies: false))
  }

  /// What a process has looked at matters only as long as it lives.
  @Test mutating func whatIsLearntDiesWithWhoeverLearntIt() {
    call("write", 1, .others)
    for occurrence in 1...3 { call("openat", occurrence, .itself) }
    call("write", 2, .others)
    #expect(
      tried(whenCallerDies: false) == [
        "write #1 entry", "openat #1 entry", "openat #2 entry", "openat #3 entry",
        "write #2 entry", "write #2 exit",
      ])
    #expect(
      tried(whenCallerDies: true)
        == ["write #1 entry", "openat #1 entry", "write #2 entry", "write #2 exit"])
  }

  /// The exit is tried where not every run has the next entry, so that no moment is lost.
  @Test mutating func anEntryThatIsNotAlwaysThereIsReplacedByTheExitBefore() {
    call("write", 1, .others)
    call("read", 1, .others)
    call("write", 2, .others)
    #expect(
      tried(whenCallerDies: true, without: "read #1 entry")
        == ["write #1 entry", "write #1 exit", "write #2 entry", "write #2 exit"])
  }

  /// Threads do not part each other's moments.
  @Test mutating func eachThreadHasMomentsOfItsOwn() {
    call("write", 1, .others, in: 1)
    call("write", 2, .others, in: 2)
    #expect(Moments.areThreaded(survey))
    #expect(
      tried(whenCallerDies: true)
        == ["write #1 entry", "write #1 exit", "write #2 entry", "write #2 exit"])
  }
}
