import Glibc
import Linux
import Model

/// Two of ours at one time on one host, one of which is killed.
struct ConcurrencyCase: Codable, CustomStringConvertible {
  enum Pair: String, Codable, CaseIterable {
    /// The second is refused and names the first.
    case runs = "two runs on one target"
    /// Faults that may share what they hit do so.
    case neighbours = "two runs beside each other"
    /// The same, while the first has locked its target and not yet touched it.
    case claims = "two runs before the fault"
    /// `recover` leaves the run alone.
    case runAndRecover = "a run and recover"
    /// One undoes, and the other finds it undone.
    case recovers = "two recovers"
  }

  var scenario: Scenario
  var undoClass: UndoClass
  var pair: Pair
  /// Where the first of them is killed, or the second joins it.
  var point: CallPoint
  /// What is killed then; nil: nothing.
  var scope: Scope?

  var description: String {
    "\(scenario.name), \(pair.rawValue), at \(point), killed: \(scope?.rawValue ?? "nothing")"
  }

  private static let limit: Duration = .seconds(40)

  func perform(in place: Place) throws -> JobResult {
    try JobResult.untilReached { try attempt(in: place) }
  }

  private func attempt(in place: Place) throws -> JobResult {
    let before = try place.prepare(for: scenario)
    var result = JobResult(isReached: false)
    switch pair {
    case .runs, .neighbours, .claims, .runAndRecover: try besideRun(place, &result)
    case .recovers: try besideRecover(place, &result)
    }
    try Aftermath(scenario, before, in: place).check(&result)
    return result
  }

  /// The second comes while the first has its fault in force, or has just locked its target.
  private func besideRun(_ place: Place, _ result: inout JobResult) throws {
    var failure: (any Error)?
    var problems: [String] = []
    var isReached = false
    let staged = try Stage.run.perform(
      scenario, watching: .agent, in: place, atMost: Self.limit
    ) { run, stop in
      guard
        pair == .claims
          ? stop.point.name == "fsync" && stop.point.occurrence == 3
          : Stage.isInForce(scenario, at: stop, in: place)
      else { return .goOn }
      isReached = true
      do {
        problems = try pair == .runAndRecover ? recovery(place) : secondRun(place)
        if pair != .claims, try !place.isHeld(by: scenario) {
          problems.append("the second ended the first one's fault")
        }
        try scope?.kill(run, in: place)
      } catch is TooBusy {
        isReached = false
      } catch {
        failure = error
      }
      return .leaveAlone
    }
    if let failure { throw failure }
    result.isReached = isReached
    result.problems += problems
    guard let staged else { return }
    Ending(staged.run, of: scenario, isOver: staged.isOver, in: place)
      .check(atMost: Self.limit, &result)
    let mayStay = undoClass == .guardian && scope == .everything
    if try !mayStay && place.isHeld(by: scenario, longerThan: .seconds(1)) {
      result.problems.append("the fault is still in force")
    }
    // The first stood still while the second ran, so it may lack samples; but nothing else.
    // One that a busy machine kept from its point is tried again.
    let status = staged.run.exitStatus(of: .runner)
    if isReached, scope == nil, status != 0, status != 3 {
      result.problems.append("the first run ended with \(status ?? -1): \(place.written)")
    }
  }

  /// Names of runs, as their ledgers say.
  private func runs(in place: Place) throws -> [String] {
    try Tool.run(["find", place.state + "/runs", "-name", "*.ledger", "-printf", "%f\n"]).output
      .split(separator: "\n").map { String($0.dropLast(".ledger".count)) }
  }

  private func secondRun(_ place: Place) throws -> [String] {
    let first = try runs(in: place)
    let second = try Tool.run(
      [
        place.programs.jenner, "run", place.folder + "/experiment.yaml", "--yes", "--reports",
        place.reports,
      ], environment: place.environment)
    var problems: [String] = []
    guard pair != .neighbours else {
      // The first stands still meanwhile; a busy machine may cost the second samples, even those of its
      // baseline.
      if second.status == 4, second.output.contains("the system was already ill") {
        throw TooBusy()
      }
      return [0, 3].contains(second.status)
        ? [] : ["the second run ended with \(second.status): \(second.output)"]
    }
    if second.status != 4 {
      problems.append("the second run ended with \(second.status): \(second.output)")
    }
    if !first.contains(where: second.output.contains) {
      problems.append("the second run does not name \(first): \(second.output)")
    }
    return problems
  }

  private func recovery(_ place: Place) throws -> [String] {
    let recovery = try place.agent(["recover"])
    return recovery.status == 0
      ? [] : ["recover ended with \(recovery.status): \(recovery.output)"]
  }

  /// Everything of a run is killed; two recovers follow, of which the first is killed at a point.
  private func besideRecover(_ place: Place, _ result: inout JobResult) throws {
    var second: Background?
    var failure: (any Error)?
    var isReached = false
    let staged = try Stage.recovery.perform(
      scenario, watching: .recover, in: place, atMost: Self.limit
    ) { run, stop in
      guard stop.point == point else { return .goOn }
      isReached = true
      do {
        second = try Background(
          [place.programs.agent, "recover"], environment: place.environment)
        if scope != nil { for pid in run.living(.recover) { kill(pid, SIGKILL) } }
      } catch {
        failure = error
      }
      return .leaveAlone
    }
    if let failure { throw failure }
    result.isReached = isReached
    if let staged {
      Ending(staged.run, of: scenario, isOver: staged.isOver, in: place)
        .check(atMost: Self.limit, &result)
      let status = staged.run.exitStatus(of: .recover)
      if scope == nil, status != 0 {
        result.problems.append("the first recover ended with \(status ?? -1): \(place.written)")
      }
    }
    if let status = second?.wait(atMost: .seconds(20)), status != 0 {
      result.problems.append("the second recover ended with \(status)")
    }
    if try isReached && place.isHeld(by: scenario, longerThan: .seconds(1)) {
      result.problems.append("after both the fault is still in force")
    }
  }
}

/// The machine had no time for a run, which so has shown nothing.
private struct TooBusy: Error {}

/// A program that runs beside the traced one.
private struct Background {
  private let process: Launch.Launched

  init(_ argv: [String], environment: [String: String]) throws {
    process = try Launch(argv: argv, environment: environment).start()
  }

  /// Its exit status; 128 and the signal's number where a signal ended it, or the time.
  func wait(atMost limit: Duration) -> Int32 {
    var ending = pollfd(fd: process.pidfd, events: Int16(POLLIN), revents: 0)
    if poll(&ending, 1, Int32(limit.nanoseconds / 1_000_000)) == 0 { kill(process.pid, SIGKILL) }
    var status: Int32 = 0
    // The tracer may have reaped it already, and then it had nothing to tell.
    while waitpid(process.pid, &status, 0) < 0 {
      if errno != EINTR { break }
    }
    close(process.pidfd)
    return status & 0x7f == 0 ? status >> 8 & 0xff : 128 + (status & 0x7f)
  }
}
