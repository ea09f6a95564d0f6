import ArgumentParser

/// The list of mutants, for scripts/mutate-undo.
struct MutantsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mutants",
    abstract: "Lists the undo steps that are taken out, one by one, by scripts/mutate-undo.")

  @Option(help: "Puts all of them, each behind a switch, into the sources of this scratch copy.")
  var write: String?

  func run() throws {
    if let write {
      do {
        try Mutant.write(into: write)
      } catch {
        throw ValidationError(error.description)
      }
      return
    }
    for (index, mutant) in Mutant.all.enumerated() {
      print("\(index + 1)\t\(mutant.file)\t\(mutant.removes)")
    }
  }
}
