import ArgumentParser

/// The proof of the first promise, nothing is left behind: a program that tries to break it.
///
/// Each of its commands is one table of docs/reliability.md: it makes its own surroundings, tries every
/// case or a seeded sample, and asks programs that are not ours what is left.
@main
struct Proof: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "proof",
    abstract: "Tries to make Jenner leave something behind, and counts what is left.",
    subcommands: [
      Everything.self, SampleOfEverything.self, KillPoints.self, Failures.self, LedgerImages.self,
      FullDisk.self, PidReuse.self, ForeignState.self, Concurrency.self, SimulateCommand.self,
      MutantsCommand.self, PublishCommand.self, Worker.self, Bystander.self, Debugger.self,
      Talker.self,
    ])
}
