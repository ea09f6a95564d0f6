import ArgumentParser
import Glibc
import Linux
import Model

/// The runner's entry: parses the call, and maps every way to end to a documented exit status.
@main
enum Main {
  static func main() {
    StandardStreams.fillGaps()
    DescriptorLimit.raise()
    // A report piped into `head` must end the program's output, not the program.
    signal(SIGPIPE, SIG_IGN)
    Signals.endOnHangUp()
    do {
      var command = try Jenner.parseAsRoot()
      try command.run()
    } catch let status as ExitCode {
      exit(status.rawValue)
    } catch let failure as Failure {
      failure.report(asJSON: false)
      exit(failure.status.rawValue)
    } catch {
      let text = Jenner.fullMessage(for: error)
      // ArgumentParser's own statuses (64 for a wrong call) are not ours: whatever it finds is 2.
      guard Jenner.exitCode(for: error) == .success else {
        Console.error(Jenner.unknownCommand(in: CommandLine.arguments) ?? text)
        exit(ExitStatus.usage.rawValue)
      }
      exit(show(text).rawValue)
    }
    exit(ExitStatus.pass.rawValue)
  }

  /// Writes what the parser was asked for, such as the help.
  private static func show(_ text: String) -> ExitStatus {
    do throws(Failure) {
      try Console.output(text)
      return .pass
    } catch {
      error.report(asJSON: false)
      return error.status
    }
  }
}

/// The command line.
struct Jenner: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "jenner",
    abstract: "Breaks things on purpose, watches, puts them back, and says what it learned.",
    discussion: """
      Exit status: 0 pass; 1 fail; 2 the file or the call is wrong; 3 inconclusive; 4 refused, \
      nothing was broken; 5 not proved undone; 130/143 interrupted.
      """,
    version: JennerVersion.text,
    subcommands: [
      ValidateCommand.self, PlanCommand.self, RunCommand.self, RecoverCommand.self,
      ResidueCommand.self, ReportCommand.self, SchemaCommand.self, FaultsCommand.self,
      ProbesCommand.self, NewCommand.self, DoctorCommand.self, SelftestCommand.self,
      InstallRecoveryCommand.self, SelftestTargetCommand.self,
    ])

  /// A call that names no command is wrong: a script whose variable is empty must not pass.
  func run() throws {
    Console.error(Self.helpMessage())
    throw ExitStatus.usage.code
  }

  /// What to say where the first argument is no command; nil if it is one, or an option.
  static func unknownCommand(in arguments: [String]) -> String? {
    let names = configuration.subcommands.filter { $0.configuration.shouldDisplay }
      .compactMap { $0.configuration.commandName }
    guard let name = arguments.dropFirst().first, !name.hasPrefix("-"),
      !(names + ["help"]).contains(name)
    else { return nil }
    return "jenner: error: unknown command '\(name.limited)'; "
      + Suggestion.cure(for: name, among: names)
  }
}

extension ExitStatus {
  /// The status as the parser's error, which ends the program without a further word.
  var code: ExitCode { ExitCode(rawValue) }
}
