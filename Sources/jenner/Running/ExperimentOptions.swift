import ArgumentParser
import ExperimentFile
import Glibc
import Model
import Verdict

/// The options that fill in an experiment file.
struct ExperimentOptions: ParsableArguments {
  @Option(
    name: .customLong("var"),
    help: ArgumentHelp("Overrides a configuration value.", valueName: "name=value"))
  var variables: [String] = []

  /// The overrides by name; the last of a repeated name wins.
  func values() throws(Failure) -> [String: String] {
    var values: [String: String] = [:]
    for variable in variables {
      let parts = variable.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, !parts[0].isEmpty else {
        throw .message(
          "--var \(variable.limited) is not name=value; write --var name=value", .usage)
      }
      values[String(parts[0])] = String(parts[1])
    }
    return values
  }
}

/// The environment of this process.
enum Environment {
  static var all: [String: String] {
    var all: [String: String] = [:]
    var entry = environ
    while let text = entry.pointee {
      let parts = String(cString: text)
        .split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      if parts.count == 2 { all[String(parts[0])] = String(parts[1]) }
      entry += 1
    }
    return all
  }

  static subscript(name: String) -> String? {
    getenv(name).map { String(cString: $0) }
  }
}
