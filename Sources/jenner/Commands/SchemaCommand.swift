import ArgumentParser
import ExperimentFile
import Model

/// `jenner schema`: the JSON Schema of experiment files, for editors.
struct SchemaCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema",
    abstract: "Prints the JSON Schema of experiment files, so that an editor completes and checks.",
    discussion: """
      Save it, and name it in the first line of a file:
      # yaml-language-server: $schema=jenner.schema.json
      """)

  @OptionGroup var output: FormatOption

  func run() throws {
    try Console.output(ExperimentFile.schema(catalog: .builtIn).pretty)
  }
}
