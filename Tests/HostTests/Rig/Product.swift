import Glibc

/// A program of this package, as built beside the tests.
enum Product: String, Sendable {
  case jenner
  case agent = "jenner-agent"
  case shop = "sample-shop"

  /// The program's path.
  func path() throws -> String {
    let tests = ProcessTable.executable(of: getpid()) ?? ""
    let folder = tests.split(separator: "/").dropLast().joined(separator: "/")
    let path = "/\(folder)/\(rawValue)"
    guard access(path, X_OK) == 0 else { throw NotBuilt(path: path) }
    return path
  }
}

/// A program of this package is not where its tests are.
struct NotBuilt: Error, CustomStringConvertible {
  var path: String

  var description: String { "\(path) is missing; build everything with 'swift build'" }
}
