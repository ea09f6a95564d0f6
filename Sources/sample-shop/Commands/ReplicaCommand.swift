import ArgumentParser

/// Runs one replica; the supervisor starts these.
struct ReplicaCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replica", abstract: "Run one replica, until its standard input ends.")

  @Option(help: "What it calls itself in its answers.")
  var name: String

  @Option(help: "The port it listens on.")
  var port: Int

  func validate() throws {
    guard (1...65_535).contains(port) else {
      throw ValidationError("\(port) is not a port; write 1 to 65535")
    }
  }

  func run() throws {
    let replica = Replica(name: name)
    Task.detached {
      do {
        try await replica.serve(on: port)
      } catch {
        Log.write("replica \(name) can't serve on port \(port): \(error)")
        Self.exit(withError: ExitCode.failure)
      }
    }
    Lifeline.waitUntilCut()
  }
}
