/// A place in a file, counted from one, as editors count.
public struct Mark: Sendable, Hashable, Codable {
  public var line: Int
  public var column: Int

  /// Makes a mark from a one-based line and a one-based column in Unicode scalars.
  public init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }
}
