public import Model

/// When each step of a method begins and how long it lasts, at the earliest and at the latest.
///
/// Steps follow one another, each `after` its turn. A fault with `for` holds up the next step until
/// it is over; without, the method goes on at once and the fault lasts until the method ends. An
/// action holds it up until its command is done, and then for its `for`. `together` begins its steps
/// at once, each `after` the group's start, and ends when all of them are done. The method ends with
/// its last step, but not before every expectation is decided.
///
/// All times are since the method's start. What injecting and verifying a fault takes comes on top.
public struct Timeline: Sendable {
  /// One step; groups are flattened.
  public struct Entry: Sendable {
    /// The step's number in the method, counted from zero.
    public var index: Int
    /// Steps of one number begin together.
    public var group: Int
    public var step: Step
    public var earliestStart: Duration
    public var latestStart: Duration
    /// How long a fault is in force, an action runs and is observed, or a wait takes.
    public var shortest: Duration
    public var longest: Duration
    /// Whether what the step did is undone only at the method's end.
    public var lastsUntilMethodEnds: Bool
  }

  public let entries: [Entry]
  public let methodShortest: Duration
  public let methodLongest: Duration

  /// Works out the times of a method.
  public init(of method: [Step]) {
    let shortest = Walk(method, by: .shortest)
    let longest = Walk(method, by: .longest)
    methodShortest = shortest.end
    methodLongest = longest.end
    entries = zip(shortest.visits, longest.visits).enumerated().map { index, visit in
      let (early, late) = visit
      var entry = Entry(
        index: index, group: early.group, step: early.step, earliestStart: early.start,
        latestStart: late.start, shortest: early.step.holdsUp(by: .shortest),
        longest: early.step.holdsUp(by: .longest),
        lastsUntilMethodEnds: early.step.lastsUntilMethodEnds)
      if entry.lastsUntilMethodEnds {
        entry.shortest = shortest.rest(after: index)
        entry.longest = longest.rest(after: index, atMost: shortest)
      }
      return entry
    }
  }

  /// The faults, in the method's order.
  public var faults: [Entry] { entries.filter { $0.step.fault != nil } }
}

/// Which of the times that a step may take is taken.
private enum Pace {
  case shortest
  case longest
}

/// A method gone through at one pace.
private struct Walk {
  struct Visit {
    var group: Int
    var step: Step
    var start: Duration
    /// When the last of its expectations is decided; nil without any.
    var decided: Duration?
  }

  private(set) var visits: [Visit] = []
  /// When the last step is done, whatever is still expected.
  private var done: Duration = .zero
  /// When the method ends.
  private(set) var end: Duration = .zero

  init(_ method: [Step], by pace: Pace) {
    for (group, item) in method.enumerated() {
      if case .together(let steps) = item.content {
        let start = done + item.after
        done = start
        for step in steps {
          done = max(done, visit(step, turn: start, group: group, by: pace))
        }
      } else {
        done = visit(item, turn: done, group: group, by: pace)
      }
    }
    end = visits.reduce(done) { max($0, $1.decided ?? .zero) }
  }

  private mutating func visit(
    _ step: Step, turn: Duration, group: Int, by pace: Pace
  ) -> Duration {
    let start = turn + step.after
    let expected = step.expectations.map { $0.takes(by: pace) }.max()
    visits.append(
      Visit(
        group: group, step: step, start: start,
        decided: expected.map { start + step.takesEffect(by: pace) + $0 }))
    return start + step.holdsUp(by: pace)
  }

  /// How long the method goes on after a step's start, at the least.
  ///
  /// Expectations of earlier steps are passed over: how much of them is left is not sure.
  func rest(after index: Int) -> Duration {
    let visit = visits[index]
    return visits.filter { $0.group >= visit.group }.reduce(done - visit.start) {
      max($0, ($1.decided ?? visit.start) - visit.start)
    }
  }

  /// How long the method goes on after a step's start, at most.
  ///
  /// An expectation of an earlier step lasts longest beyond this one if everything between the two
  /// was quick.
  func rest(after index: Int, atMost quick: Walk) -> Duration {
    let group = visits[index].group
    var rest = rest(after: index)
    for (earlier, visit) in visits.enumerated() where visit.group < group {
      guard let decided = visit.decided else { continue }
      let gap = quick.visits[index].start - quick.visits[earlier].start
      rest = max(rest, decided - visit.start - gap)
    }
    return min(rest, end - quick.visits[index].start)
  }
}

extension Step {
  /// Whether what the step does is undone only when the method ends.
  fileprivate var lastsUntilMethodEnds: Bool {
    guard lasts == nil else { return false }
    return fault != nil || (action != nil && undo != nil)
  }

  /// How long after its start the step has its effect.
  fileprivate func takesEffect(by pace: Pace) -> Duration {
    guard let action, pace == .longest else { return .zero }
    return action.command.timeout
  }

  /// How long the next step has to wait.
  fileprivate func holdsUp(by pace: Pace) -> Duration {
    switch content {
    case .fault: lasts ?? .zero
    case .action: takesEffect(by: pace) + (lasts ?? .zero)
    case .wait(let wait):
      wait.until.map { $0.takes(most: wait.duration, by: pace) } ?? wait.duration
    case .together: .zero
    }
  }
}

extension Expectation {
  fileprivate func takes(by pace: Pace) -> Duration { condition.takes(most: within, by: pace) }
}

extension ProbeCondition {
  /// What a sample can decide may be decided at once; all else takes its whole window.
  fileprivate func takes(most: Duration, by pace: Pace) -> Duration {
    pace == .shortest && limits.allSatisfy(\.metric.isMomentary) ? .zero : most
  }
}
