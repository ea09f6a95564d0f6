import FoundationEssentials

/// A file of the repository that these tests were built from.
enum RepositoryFile {
  /// The text of a file, named from the repository's top.
  static func text(of path: String) throws -> String {
    let top = #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
    return try String(contentsOf: URL(filePath: "/\(top)/\(path)"), encoding: .utf8)
  }
}
