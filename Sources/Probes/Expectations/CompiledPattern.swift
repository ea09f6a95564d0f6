internal import Model
internal import Synchronization

/// A pattern that was compiled once, for all observations.
///
/// Swift's `Regex` is not `Sendable`, so one observation matches at a time.
final class CompiledPattern: Sendable {
  let text: String
  private let regex: Mutex<Regex<AnyRegexOutput>?>

  init(_ pattern: Pattern) {
    text = pattern.text
    regex = Mutex(try? Regex(pattern.text))
  }

  /// Whether the expression matches anywhere in `subject`.
  func matches(_ subject: String) -> Bool {
    regex.withLock { regex in
      guard let regex else { return false }
      return (try? regex.firstMatch(in: subject)) ?? nil != nil
    }
  }
}
