internal import FoundationEssentials
internal import Model

/// Numbers for a reader; a record that was edited by hand may hold any, and none may trap.
enum Amounts {
  /// A length of time in seconds, with three digits and a unit.
  static func time(_ seconds: Double?) -> String {
    guard let seconds, seconds.isFinite, abs(seconds) < 1e9 else { return "–" }
    return Duration.seconds(seconds).brief
  }

  /// A planned length of time, exactly as an author would write it.
  static func span(_ seconds: Double) -> String {
    guard seconds.isFinite, abs(seconds) < 1e9 else { return "\(seconds) s" }
    return Duration.nanoseconds(Int64((seconds * 1e9).rounded())).text
  }

  /// A time of the run, such as `+12.3 s` or `+2m03.4s`.
  static func moment(_ seconds: Double?) -> String {
    guard let seconds, seconds.isFinite, abs(seconds) < 1e9 else { return "–" }
    let tenths = Int((abs(seconds) * 10).rounded())
    let sign = seconds < 0 && tenths > 0 ? "-" : "+"
    guard tenths >= 1200 else { return "\(sign)\(tenths / 10).\(tenths % 10) s" }
    let rest = tenths % 600
    return "\(sign)\(tenths / 600)m\(rest < 100 ? "0" : "")\(rest / 10).\(rest % 10)s"
  }

  /// A share of a whole, such as `99.2%`; a whole of nothing has none.
  static func share(_ part: Int, of whole: Int) -> String {
    guard whole > 0 else { return "–" }
    // 99.96 % must not be shown as 100 %: a reader takes that for "all of them".
    if part < whole, Double(part) / Double(whole) > 0.9995 { return "<100%" }
    return "\((100 * Double(part) / Double(whole)).significant(3))%"
  }

  /// A number and its noun, in the plural where it is not one.
  static func count(_ number: Int, _ noun: String, plural: String? = nil) -> String {
    number == 1 ? "1 \(noun)" : "\(number) \(plural ?? noun + "s")"
  }
}

/// The run's start as a point in time, from which all of its moments follow.
struct RunClock {
  private let start: Date?

  /// Reads the start in RFC 3339; from text that is no time, no moment follows.
  init(started: String) {
    let whole = try? Date(started, strategy: .iso8601)
    let precise = try? Date(
      started, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    start = precise ?? whole
  }

  /// A moment in UTC: `12:00:05.123`, with its date if that is not the run's first day.
  func utc(_ seconds: Double?) -> String {
    guard let start, let seconds, seconds.isFinite, abs(seconds) < 1e9 else { return "–" }
    let (day, time) = parts(of: start + seconds)
    return day == parts(of: start).day ? time : "\(day) \(time)"
  }

  /// The start's date and time in UTC.
  var startText: String {
    guard let start else { return "at an unknown time" }
    let (day, time) = parts(of: start)
    return "\(day) \(time) UTC"
  }

  private func parts(of date: Date) -> (day: String, time: String) {
    // Formatting cuts off, and a sum of floating point is a hair under the millisecond it means.
    let text = (date + 0.000_5).formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    let halves = text.split(separator: "T")
    guard halves.count == 2 else { return ("", text) }
    return (String(halves[0]), String(halves[1].prefix { $0 != "Z" }))
  }
}
