import Agent
import Faults
import Glibc
import Linux
import Model
import Probes

/// The agent's program: alone on a target host it is all that touches a system.
@main
enum AgentMain {
  /// What this agent can do.
  static let catalog = Catalog(faults: Faults.all, probes: Probes.all)

  static let usage = """
    usage: jenner-agent                      serve a runner on standard input and output
           jenner-agent recover [--format text|json]
                                             put back what runs on this host left behind
           jenner-agent residue [--format text|json]
                                             show what runs on this host left behind
           jenner-agent install-recovery [--remove] [--root DIRECTORY]
                                             have systemd run recover at boot, or no longer
           jenner-agent state [--format text|json]
                                             show the state of this host, as runs compare it
           jenner-agent --version

    """

  static func main() {
    // A C string of the system's, read before anything else runs.
    let arguments = Array(CommandLine.arguments.dropFirst())
    switch arguments.first {
    case "--version": exit(Terminal.show("jenner-agent \(JennerVersion.text)\n").rawValue)
    case "--help", "-h", "help": exit(Terminal.show(usage).rawValue)
    default: refuseRelativeState()
    }
    switch arguments.first {
    case nil: exit(AgentDriver.serve(catalog: catalog))
    case "guardian" where arguments.count == 3 && arguments[1] == "--ledger":
      exit(Guardian.guardLedger(at: arguments[2]))
    case "hold" where arguments.count == 1: exit(Holder.hold())
    case "hold-network" where arguments.count == 1: exit(NetworkHolder.hold())
    case "clear-network":
      guard let clearing = ClearNetwork(arguments: Array(arguments.dropFirst())) else {
        refuseUsage()
      }
      exit(clearing.run().rawValue)
    case "recover": runCommand(arguments.dropFirst(), Recovery.run)
    case "residue": runCommand(arguments.dropFirst(), ResidueSearch.run)
    case "install-recovery":
      guard let installation = RecoveryInstallation(arguments: Array(arguments.dropFirst())) else {
        refuseUsage()
      }
      exit(installation.run().rawValue)
    case "state": runCommand(arguments.dropFirst(), HostStateCommand.run)
    default: refuseUsage()
    }
  }

  private static func runCommand(
    _ arguments: ArraySlice<String>, _ command: (Terminal.Format) -> ExitStatus
  ) {
    Signals.endOnHangUp()
    switch Array(arguments) {
    case [], ["--format", "text"]: exit(command(.text).rawValue)
    case ["--format", "json"]: exit(command(.json).rawValue)
    default: refuseUsage()
    }
  }

  /// With another directory than the user means, every answer would be about other ledgers.
  private static func refuseRelativeState() {
    do throws(Refusal) {
      _ = try StateVariable.path()
    } catch {
      Terminal.warn("jenner-agent: \(error.text)\n")
      exit(ExitStatus.usage.rawValue)
    }
  }

  private static func refuseUsage() -> Never {
    Terminal.warn(usage)
    exit(ExitStatus.usage.rawValue)
  }
}
