/// One undo, or one of the steps that make undos safe, taken out of the product.
///
/// All of them are built into one program, each behind a switch: in `mutated`, `MUTANT` stands for
/// "this one is on". The text must be found exactly once, so that the list can't outlive the code.
struct Mutant {
  var removes: String
  var file: String
  var text: String
  var mutated: String

  init(_ removes: String, in file: String, _ text: String, _ mutated: String) {
    self.removes = removes
    self.file = "Sources/Agent/\(file).swift"
    self.text = text
    self.mutated = mutated
  }

  static let all = ofMachine + ofEffects + ofUnwinding + ofPolicies

  /// The switch, as it is added to the program's sources.
  static let switchFile = "Sources/Agent/ActiveMutant.swift"
  static let switchSource = """
    internal import Glibc

    /// Which mutant is on.
    enum ActiveMutant {
      private static let number = getenv("JENNER_MUTANT").flatMap { Int(String(cString: $0)) }
      static func isOn(_ mutant: Int) -> Bool { number == mutant }
    }

    """
}

extension Mutant {
  /// The sources of a project by their paths, with every mutant in them.
  static func sources(
    of folder: String, with mutants: [Mutant] = all
  ) throws(MutationFailure) -> [String: String] {
    var sources: [String: String] = [:]
    for (index, mutant) in mutants.enumerated() {
      let path = "\(folder)/\(mutant.file)"
      let known = sources[path]
      let source = if let known { known } else { try SourceFile.read(path) }
      let pieces = source.split(separator: mutant.text, omittingEmptySubsequences: false)
      guard pieces.count == 2 else {
        throw MutationFailure(
          "mutant \(index + 1) (\(mutant.removes)): its text is found \(pieces.count - 1) times in "
            + mutant.file)
      }
      let name = "ActiveMutant.isOn(\(index + 1))"
      sources[path] = pieces[0] + mutant.mutated.replacing("MUTANT", with: name) + pieces[1]
    }
    return sources
  }

  /// Puts every mutant into the sources of a scratch copy of the project.
  static func write(into folder: String) throws(MutationFailure) {
    for (path, source) in try sources(of: folder) { try SourceFile.write(source, to: path) }
    try SourceFile.write(switchSource, to: "\(folder)/\(switchFile)")
  }
}

/// Why the mutants can't be made.
struct MutationFailure: Error, CustomStringConvertible {
  var description: String

  init(_ description: String) { self.description = description }
}
