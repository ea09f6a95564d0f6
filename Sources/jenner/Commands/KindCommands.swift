import ArgumentParser
import Model
import Reports

/// `jenner faults [NAME]`: the kinds of fault, or one of them with its parameters and examples.
struct FaultsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "faults", abstract: "Lists the kinds of fault, or explains one.")

  @Argument(help: ArgumentHelp("A kind of fault.", valueName: "name"))
  var name: String?

  @OptionGroup var output: FormatOption

  func run() throws {
    try KindText.print(
      KindDescription.faults(of: .builtIn), named: name, noun: "fault", asJSON: output.isJSON)
  }
}

/// `jenner probes [NAME]`: the kinds of probe, or one of them with its parameters and examples.
struct ProbesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "probes", abstract: "Lists the kinds of probe, or explains one.")

  @Argument(help: ArgumentHelp("A kind of probe.", valueName: "name"))
  var name: String?

  @OptionGroup var output: FormatOption

  func run() throws {
    try KindText.print(
      KindDescription.probes(of: .builtIn), named: name, noun: "probe", asJSON: output.isJSON)
  }
}

/// Prints descriptions of kinds.
private enum KindText {
  static func print(
    _ kinds: [KindDescription], named name: String?, noun: String, asJSON: Bool
  ) throws {
    guard let name else {
      if asJSON {
        try Console.output(JSON.array(kinds.map(\.json)).pretty)
      } else {
        let width = kinds.map(\.name.count).max() ?? 0
        try Console.output(
          kinds.map { kind in
            let gap = String(repeating: " ", count: width - kind.name.count + 2)
            return kind.name + gap + kind.summary
          }.joined(separator: "\n"))
      }
      return
    }
    guard let kind = kinds.first(where: { $0.name == name }) else {
      let cure = Suggestion.cure(for: name, among: kinds.map(\.name))
      Failure.message("unknown \(noun) '\(name.limited)'; \(cure)", .usage)
        .report(asJSON: asJSON)
      throw ExitStatus.usage.code
    }
    try Console.output(asJSON ? kind.json.pretty : kind.text)
  }
}
