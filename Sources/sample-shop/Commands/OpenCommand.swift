import ArgumentParser
import Model

/// Opens the shop: supervisor and front door in this process, replicas as its children.
struct OpenCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "open", abstract: "Open the shop, until SIGTERM or SIGINT (the default).")

  @Option(help: "The port of the front door; 0 takes a free one.")
  var port = 8080

  @Flag(inversion: .prefixedNo, help: "Ask another replica when one does not answer.")
  var failover = true

  @Option(
    help: ArgumentHelp("When a dead replica is started again.", valueName: "duration"),
    transform: { text in
      guard let duration = Duration(text: text) else {
        throw ValidationError("'\(text)' is not a duration such as 500ms or 5s")
      }
      return duration
    })
  var restartAfter: Duration = .seconds(5)

  @Option(help: "How many replicas there are, from 1 to 26.")
  var replicas = 2

  func validate() throws {
    guard (0...65_535).contains(port) else {
      throw ValidationError("\(port) is not a port; write 0 to 65535")
    }
    guard (1...26).contains(replicas) else {
      throw ValidationError("\(replicas) replicas are not possible; write 1 to 26")
    }
  }

  func run() throws {
    let shop = Shop(
      port: port, replicaCount: replicas, restartAfter: restartAfter, hasFailover: failover)
    try TerminationSignals.block().run { try await shop.open() }
  }
}
