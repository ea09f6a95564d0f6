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
    try LocalAgent.become(["recover", "--format", output.format.rawValue], isJSON: output.isJSON)
  }
}

/// `jenner residue`: what runs have left behind on this machine.
struct ResidueCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "residue",
    abstract: "Lists what is left behind on this machine, even without a ledger; exit 5 if any.")

  @OptionGroup var output: FormatOption

  func run() throws {
    try LocalAgent.become(["residue", "--format", output.format.rawValue], isJSON: output.isJSON)
  }
}

/// `jenner install-recovery`: what a machine that went down in a run left behind is put back at boot.
struct InstallRecoveryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "install-recovery",
    abstract: "Has systemd run 'recover' at boot; it does nothing where there is nothing to do.")

  @Flag(help: "Removes what was installed.")
  var remove = false

  @Option(
    help: ArgumentHelp(
      "Installs into a machine's image instead, mounted here.", valueName: "directory"))
  var root: String?

  func validate() throws {
    if let root, !root.hasPrefix("/") {
      throw ValidationError("--root '\(root)' must be an absolute path")
    }
  }

  func run() throws {
    let flags = remove ? ["--remove"] : []
    try LocalAgent.become(["install-recovery"] + flags + (root.map { ["--root", $0] } ?? []))
  }
}

/// The agent of this machine, which alone touches and inspects the system.
private enum LocalAgent {
  /// Goes on as the agent's command of that name: its output and exit status are this command's.
  static func become(_ arguments: [String], isJSON: Bool = false) throws {
    let argv = AgentCommand.local() + arguments
    var pointers = argv.map { strdup($0) }
    pointers.append(nil)
    execvp(argv[0], pointers)
    let reason = String(cString: strerror(errno))
    Failure.message(
      "\(argv[0]) could not be started: \(reason); install jenner-agent beside jenner, or set "
        + "JENNER_AGENT", .inconclusive
    ).report(asJSON: isJSON)
    throw ExitStatus.inconclusive.code
  }
}
