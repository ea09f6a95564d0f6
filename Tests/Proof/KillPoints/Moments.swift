/// Which points of a run are moments of their own for a SIGKILL, and which only repeat another.
///
/// A process that is killed leaves what its system calls have done, and nothing else. So between the
/// return of one call and the start of the next one of the same thread all points are one moment,
/// however much the thread computes in between; it is tried at the entry of the next call. And a call
/// that nobody could notice (see ``CallReach``) parts no moments either: what precedes it and what
/// follows it are the same to everyone else, wherever the others have got to. What is left are the two
/// moments around each call that could be noticed.
///
/// The argument fails where the caller lives on and has other threads, which may have changed its memory
/// in between: there both edges of each call are tried.
struct Moments {
  /// For each point of a survey: how far a call reaches that it precedes or follows; nil where another
  /// point is the same moment.
  let reaches: [CallReach?]

  /// - Parameters:
  ///   - survey: every point of one run, in order.
  ///   - common: those that every survey has, which are the only ones that can be tried.
  init(_ survey: [SurveyedPoint], common: Set<CallPoint>) {
    var reaches = [CallReach?](repeating: nil, count: survey.count)
    // By thread: its last exit if that can be tried, and what it has done since its last moment. What has
    // just been made is something that others may notice.
    var last: [Int32: (exit: Int?, reach: CallReach)] = [:]
    for (index, point) in survey.enumerated() {
      let before = last[point.thread, default: (nil, .others)]
      let isCommon = common.contains(point.point)
      let reach = max(before.reach, point.reach)
      switch point.point.edge {
      case .exit: last[point.thread] = (isCommon ? index : nil, reach)
      case .entry where isCommon:
        reaches[index] = reach
        last[point.thread] = (nil, .nobody)
      case .entry:
        // Not every run makes this call: what precedes it is tried at the exit before.
        if let exit = before.exit { reaches[exit] = reach }
        last[point.thread] = (nil, before.exit == nil ? before.reach : .nobody)
      }
    }
    // The last call of a thread has no next one.
    for (exit, reach) in last.values { if let exit { reaches[exit] = reach } }
    self.reaches = reaches
  }

  /// Whether a process of the survey has several threads.
  static func areThreaded(_ survey: [SurveyedPoint]) -> Bool {
    Dictionary(grouping: survey, by: \.process).values.contains { points in
      points.contains { $0.thread != points[0].thread }
    }
  }
}
