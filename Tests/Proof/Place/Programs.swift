import ArgumentParser
import Glibc

/// Where the programs under test are.
struct Programs: Codable {
  var folder: String

  var jenner: String { folder + "/jenner" }
  var agent: String { folder + "/jenner-agent" }
  /// This very program.
  static let proof = "/proc/self/exe"

  /// The programs in a folder; by default in that of this program.
  init(in folder: String?) throws {
    self.folder = try folder ?? Self.ownFolder()
    for program in [jenner, agent] where access(program, X_OK) != 0 {
      throw ValidationError("\(program) can't be executed; name its folder with --programs")
    }
  }

  /// The path of this program, for those who start it from elsewhere.
  static func ownPath() throws -> String {
    guard let path = realpath(proof, nil) else {
      throw ValidationError("/proc/self/exe can't be read")
    }
    defer { free(path) }
    return String(cString: path)
  }

  private static func ownFolder() throws -> String {
    let text = try ownPath()
    return text.lastIndex(of: "/").map { String(text[..<$0]) } ?? "/"
  }
}
