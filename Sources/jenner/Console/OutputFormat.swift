import ArgumentParser

/// For a person, or for a program.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
  case text
  case json
}

/// The option that every command with something to read has.
struct FormatOption: ParsableArguments {
  @Option(name: .customLong("format"), help: "text for a person, json for a program.")
  var format: OutputFormat = .text

  var isJSON: Bool { format == .json }
}
