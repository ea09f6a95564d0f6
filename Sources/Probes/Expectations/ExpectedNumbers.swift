internal import Model

/// The whole numbers that are expected of a status: `200`, `2xx`, `200-399`, or a list of these.
///
/// One type serves HTTP statuses and exit statuses; their limits and spellings come from `Kind`.
struct ExpectedNumbers<Kind: StatusKind>: Sendable, Hashable {
  let ranges: [ClosedRange<Int>]
  /// In the author's spelling.
  let text: String

  init(_ ranges: [ClosedRange<Int>], text: String) {
    self.ranges = ranges
    self.text = text
  }

  func contains(_ number: Int) -> Bool {
    ranges.contains { $0.contains(number) }
  }

  static func range(_ text: String) -> ClosedRange<Int>? {
    if let number = Int(text) { return Kind.all.contains(number) ? number...number : nil }
    if Kind.hasClasses, text.count == 3, text.lowercased().hasSuffix("xx"),
      let digit = text.first?.wholeNumberValue, (1...5).contains(digit)
    {
      return digit * 100...digit * 100 + 99
    }
    let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
    guard ends.count == 2, let low = ends[0], let high = ends[1], low <= high,
      Kind.all.contains(low), Kind.all.contains(high)
    else { return nil }
    return low...high
  }
}

/// What a kind of status can be.
protocol StatusKind: Sendable, Hashable {
  static var all: ClosedRange<Int> { get }
  /// Whether `2xx` means 200 to 299.
  static var hasClasses: Bool { get }
  /// What an author may write, for messages.
  static var expected: String { get }
}

/// Statuses of HTTP.
enum HTTPStatusKind: StatusKind {
  static let all = 100...599
  static let hasClasses = true
  static let expected = "a status such as 200, 2xx or [200, 204]"
}

/// Exit statuses of commands.
enum ExitStatusKind: StatusKind {
  static let all = 0...255
  static let hasClasses = false
  static let expected = "an exit status such as 0, 0-3 or [0, 1]"
}

typealias ExpectedHTTPStatus = ExpectedNumbers<HTTPStatusKind>
typealias ExpectedExit = ExpectedNumbers<ExitStatusKind>

extension ExpectedNumbers where Kind == HTTPStatusKind {
  /// Success, where nothing else is asked for.
  static var success: Self { Self([200...299], text: "2xx") }
}

extension ExpectedNumbers where Kind == ExitStatusKind {
  /// Success, where nothing else is asked for.
  static var success: Self { Self([0...0], text: "0") }
}

extension ExpectedNumbers: FieldValue {
  static var schema: Schema {
    let one = Schema.any(of: [
      .integer(minimum: Kind.all.lowerBound, maximum: Kind.all.upperBound),
      .string(pattern: Kind.hasClasses ? "^([1-5]xx|[0-9]+-[0-9]+)$" : "^[0-9]+-[0-9]+$"),
    ])
    return .any(of: [one, .list(one)])
  }

  static var placeholder: Self { Self([Kind.all], text: "") }

  static func read(_ node: Node, in reading: inout Reading) -> Self? {
    guard case .list(let nodes) = node.content else {
      return one(node, in: &reading).map { Self([$0.range], text: $0.text) }
    }
    guard (1...Limits.listLength).contains(nodes.count) else {
      reading.note("expected \(Kind.expected), not a list of \(nodes.count)", at: node.mark)
      return nil
    }
    let read = nodes.map { one($0, in: &reading) }
    let found = read.compactMap(\.self)
    guard found.count == nodes.count else { return nil }
    return Self(
      found.map(\.range), text: "one of " + found.map(\.text).joined(separator: ", "))
  }

  private static func one(
    _ node: Node, in reading: inout Reading
  ) -> (range: ClosedRange<Int>, text: String)? {
    guard
      let text = Scalar.text(of: node, expecting: Kind.expected, in: &reading, isText: false)
    else { return nil }
    guard let range = range(text) else {
      reading.note("'\(text.limited)' is not \(Kind.expected)", at: node.mark)
      return nil
    }
    return (range, text)
  }
}
