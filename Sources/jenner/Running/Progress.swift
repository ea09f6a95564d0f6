import Model
import Runner

/// Progress for a person, on standard error, while a run goes on.
struct Progress {
  let isQuiet: Bool
  private let redaction: Redaction

  init(isQuiet: Bool, secrets: [String: String]) {
    self.isQuiet = isQuiet
    redaction = Redaction(secrets: secrets)
  }

  func tell(_ event: EventRecord) {
    guard !isQuiet else { return }
    let time = Self.time(event.at)
    let place = [event.step, event.host == "local" ? nil : event.host].compactMap(\.self)
    let prefix = place.isEmpty ? "" : "[\(place.joined(separator: " on "))] "
    // Output of targets stands in some events: on one line, without control characters.
    let text = redaction.apply(to: prefix + event.text).onOneLine
    Console.error("\(time)  \(text)")
  }

  private static func time(_ seconds: Double) -> String {
    let tenths = Int((seconds * 10).rounded())
    let text = "\(tenths / 10).\(tenths % 10)s"
    return String(repeating: " ", count: max(0, 8 - text.count)) + text
  }
}

extension String {
  /// The text with every control and format character replaced, so that it can't move a cursor,
  /// start a line or turn the direction of writing.
  var onOneLine: String {
    String(
      String.UnicodeScalarView(
        unicodeScalars.map { scalar in
          switch scalar.properties.generalCategory {
          case .control, .format, .lineSeparator, .paragraphSeparator: " "
          default: scalar
          }
        }))
  }
}
