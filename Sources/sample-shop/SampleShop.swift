import ArgumentParser

/// A tiny replicated shop to break: a front door, two replicas and a supervisor.
@main
struct SampleShop: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sample-shop",
    abstract: "A tiny replicated shop to practise on; it listens on 127.0.0.1 only.",
    discussion: """
      GET /checkout is passed to a replica, and to another one if that does not answer. A replica \
      that dies is brought back after a while. GET /healthz, /status and /metrics tell how it is. Its options: sample-shop open --help.
      """,
    subcommands: [OpenCommand.self, ReplicaCommand.self],
    defaultSubcommand: OpenCommand.self)
}
