import FoundationEssentials
import Testing

/// Reports that were read and approved by a person, beside this file.
///
/// `JENNER_UPDATE_GOLDEN=1 swift test --filter ReportsTests` writes them anew; read the difference
/// before you commit it.
enum GoldenFiles {
  private static var folder: String {
    let file = #filePath
    return file[..<(file.lastIndex(of: "/") ?? file.startIndex)] + "/Golden"
  }

  /// Expects a text to be the one in a file.
  static func expect(
    _ text: String, in name: String, at location: SourceLocation = #_sourceLocation
  ) throws {
    let path = folder + "/" + name
    if ProcessInfo.processInfo.environment["JENNER_UPDATE_GOLDEN"] == "1" {
      try Data(text.utf8).write(to: URL(filePath: path))
    }
    let golden = try String(contentsOf: URL(filePath: path), encoding: .utf8)
    let pairs = zip(
      golden.split(separator: "\n", omittingEmptySubsequences: false),
      text.split(separator: "\n", omittingEmptySubsequences: false))
    for (number, pair) in pairs.enumerated() where pair.0 != pair.1 {
      #expect(pair.1 == pair.0, "\(name), line \(number + 1)", sourceLocation: location)
      return
    }
    #expect(text == golden, "\(name) ends differently", sourceLocation: location)
  }
}
