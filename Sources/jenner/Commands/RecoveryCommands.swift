import ArgumentParser
import Glibc
import Model

/// `jenner recover`: undoes what runs on this machine have left behind.
struct RecoverCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "recover",
    abstract: "Undoes what is pending on this machine, from any state; leaves live runs alone.")

  @OptionGroup var output: FormatOption

  func run() throws {
    try LocalAgent.become("recover", output: output)
  }
}

/// `jenner residue`: what runs have left behind on this machine.
struct ResidueCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "residue",
    abstract: "Lists what is left behind on this machine, even without a ledger; exit 5 if any.")

  @OptionGroup var output: FormatOption

  func run() throws {
    try LocalAgent.become("residue", output: output)
  }
}

/// The agent of this machine, which alone touches and inspects the system.
private enum LocalAgent {
  /// Goes on as the agent's command of that name: its output and exit status are this command's.
  static func become(_ verb: String, output: FormatOption) throws {
    let argv = AgentCommand.local() + [verb, "--format", output.format.rawValue]
    var pointers = argv.map { strdup($0) }
    pointers.append(nil)
    execvp(argv[0], pointers)
    let reason = String(cString: strerror(errno))
    Failure.message(
      "\(argv[0]) could not be started: \(reason); install jenner-agent beside jenner, or set "
        + "JENNER_AGENT", .inconclusive
    ).report(asJSON: output.isJSON)
    throw ExitStatus.inconclusive.code
  }
}
