/// Something wrong with what an author wrote: what, where, and what to do about it.
public struct Problem: Error, Sendable, Hashable, Codable {
  public var file: String
  public var mark: Mark?
  /// What is wrong and why, without a final full stop.
  public var message: String
  /// What to do about it, as an imperative without a final full stop.
  public var cure: String?

  /// Makes a problem at a place of a file; without a mark it concerns the whole file.
  public init(file: String, mark: Mark? = nil, message: String, cure: String? = nil) {
    self.file = file
    self.mark = mark
    self.message = message
    self.cure = cure
  }

  /// `file:line:column: error: message; cure`, the form that editors and CI systems link.
  public var text: String {
    let place = mark.map { "\(file):\($0.line):\($0.column)" } ?? file
    return "\(place): error: \(message)" + (cure.map { "; \($0)" } ?? "")
  }
}

/// All problems of one file, found in one pass, in the order of their places.
public struct Problems: Error, Sendable, Hashable {
  public let all: [Problem]

  /// Sorts the problems by place, so that a reader can mend the file from top to bottom.
  ///
  /// A problem that was found twice, as behind two aliases of one anchor, is kept once.
  public init(_ problems: [Problem]) {
    var seen: Set<Problem> = []
    let distinct = problems.filter { seen.insert($0).inserted }
    all = distinct.enumerated().sorted { left, right in
      let a = left.element.mark ?? Mark(line: 0, column: 0)
      let b = right.element.mark ?? Mark(line: 0, column: 0)
      return (a.line, a.column, left.offset) < (b.line, b.column, right.offset)
    }.map(\.element)
  }
}
