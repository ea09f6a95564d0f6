/// One case of a proof, as data: workers get it as a line of JSON, and the same line replays it.
enum Job: Codable {
  /// A run in which nothing is killed: the points of one role.
  case survey(Survey)
  case kill(KillCase)
  case fail(FailureCase)
  case undoClass(Scenario)
  case image(LedgerImageCase)
  case disk(DiskCase)
  case reuse(PidReuseCase)
  case foreign(ForeignStateCase)
  case concurrent(ConcurrencyCase)

  /// Tries it.
  func perform(in place: Place) throws -> JobResult {
    switch self {
    case .survey(let survey): try survey.perform(in: place)
    case .kill(let kill): try kill.perform(in: place)
    case .fail(let failure): try failure.perform(in: place)
    case .undoClass(let scenario): try undoClass(of: scenario, in: place)
    case .image(let image): try image.perform(in: place)
    case .disk(let disk): try disk.perform(in: place)
    case .reuse(let reuse): try reuse.perform(in: place)
    case .foreign(let foreign): try foreign.perform(in: place)
    case .concurrent(let concurrent): try concurrent.perform(in: place)
    }
  }

  private func undoClass(of scenario: Scenario, in place: Place) throws -> JobResult {
    try place.renew(for: scenario)
    var result = JobResult()
    result.undoClass = try place.undoClass(of: scenario)
    return result
  }
}

extension Job: CustomStringConvertible {
  /// In words that `--matching` finds, where it is a case of its own.
  var description: String {
    switch self {
    case .survey(let survey): "survey of \(survey.scenario.name), \(survey.role.rawValue)"
    case .kill(let kill): "\(kill)"
    case .fail(let failure): "\(failure)"
    case .undoClass(let scenario): "plan of \(scenario.name)"
    case .image(let image): "\(image.scenario.name), \(image.image.rawValue)"
    case .disk(let disk): "\(disk)"
    case .reuse(let reuse): "\(reuse)"
    case .foreign(let foreign): "foreign state, \(foreign.kill)"
    case .concurrent(let concurrent): "\(concurrent)"
    }
  }
}

/// What became of a job.
struct JobResult: Codable {
  /// How many cases it was.
  var cases = 1
  /// Whether it came to the point that it is about.
  var isReached = true
  /// What broke the promise.
  var problems: [String] = []
  /// What a survey found.
  var survey: [SurveyedPoint] = []
  var undoClass: UndoClass?
  /// The status of a runner that nobody killed.
  var runnerStatus: Int32?
  var seconds = 0.0

  /// A point that a busy machine comes to once in ten runs is missed by all of so many once in a hundred.
  private static let attempts = 40

  /// Tries a run again that did not come to its point: with threads and timers no two runs make quite
  /// the same calls.
  static func untilReached(_ attempt: () throws -> JobResult) rethrows -> JobResult {
    for _ in 1..<attempts {
      let result = try attempt()
      if result.isReached || !result.problems.isEmpty { return result }
    }
    return try attempt()
  }
}
