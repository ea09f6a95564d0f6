/// One case of a proof, as data: workers get it as a line of JSON, and the same line replays it.
enum Job: Codable {
  /// A run in which nothing is killed: the points of one role.
  case survey(Survey)
  case kill(KillCase)
  case fail(FailureCase)

  /// Tries it.
  func perform(in place: Place) throws -> JobResult {
    switch self {
    case .survey(let survey): try survey.perform(in: place)
    case .kill(let kill): try kill.perform(in: place)
    case .fail(let failure): try failure.perform(in: place)
    }
  }
}

/// What became of a job.
struct JobResult: Codable {
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
}
