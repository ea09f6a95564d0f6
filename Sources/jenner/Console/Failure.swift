import ExperimentFile
import Model
import Reports
import Runner

/// Something that ends a command: what to say, and the exit status.
///
/// Errors are data until here; this is the one place that renders them.
enum Failure: Error {
  case problems(Problems, source: String?)
  case plan(PlanFailure, file: String)
  /// The world is no longer the one that was planned; a guard refuses, and the run is recorded.
  case drift(String, file: String)
  case message(String, ExitStatus)

  /// A file named in the call that could not be read.
  static func unreadable(_ failure: FileBytes.Failure, path: String) -> Failure {
    let cure = failure.cure.map { "; \($0)" } ?? ""
    return .message("\(path): \(failure.message)\(cure)", .usage)
  }

  var status: ExitStatus {
    switch self {
    case .problems: .usage
    case .plan(let failure, _): failure.status
    case .drift: .refused
    case .message(_, let status): status
    }
  }

  /// Where not even the failure can be written as a result, it is said as an error.
  private static func output(_ text: String) {
    do throws(Failure) {
      try Console.output(text)
    } catch {
      Console.error(text)
    }
  }

  /// Says it on standard error, or as JSON on standard output.
  func report(asJSON: Bool) {
    switch self {
    case .problems(let problems, let source):
      if asJSON {
        Self.output(ProblemText.json(problems.all).pretty)
      } else {
        Console.error(
          ProblemText.render(
            problems, source: source, style: Console.usesColorForErrors ? .colour : .plain))
      }
    case .plan(let failure, let file):
      let problem = Problem(
        file: file, mark: failure.mark, message: failure.message, cure: failure.cure)
      Failure.problems(Problems([problem]), source: nil).report(asJSON: asJSON)
    case .message(let text, _), .drift(let text, _):
      if asJSON {
        Self.output(JSON.object(["error": .string(text)]).canonical)
      } else {
        Console.error("jenner: error: " + text)
      }
    }
  }
}
