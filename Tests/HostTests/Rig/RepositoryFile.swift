import FoundationEssentials

/// A file of the repository that these tests were built from.
enum RepositoryFile {
  /// The text of a file, named from the repository's top.
  static func text(of path: String) throws -> String {
    try String(contentsOf: URL(filePath: Self.path(of: path)), encoding: .utf8)
  }

  /// Where a file is, named from the repository's top.
  static func path(of path: String) -> String {
    "/" + #filePath.split(separator: "/").dropLast(4).joined(separator: "/") + "/\(path)"
  }
}
