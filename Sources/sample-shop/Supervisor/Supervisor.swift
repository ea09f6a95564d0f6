import ChildProcess
import Glibc

/// Keeps the replicas running: one that ends is started again after a while.
actor Supervisor {
  let replicas: [ReplicaAddress]
  private let ports: [PortReservation]
  private let restartAfter: Duration

  /// Reserves a port for each replica; starts none.
  init(replicaCount: Int, restartAfter: Duration) throws(SystemError) {
    var ports: [PortReservation] = []
    for _ in 0..<replicaCount { ports.append(try PortReservation()) }
    self.ports = ports
    self.restartAfter = restartAfter
    replicas = zip("abcdefghijklmnopqrstuvwxyz", ports).map {
      ReplicaAddress(name: String($0), port: $1.port)
    }
  }

  /// Runs all replicas until it is cancelled; when it returns, none is left.
  func run() async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for replica in replicas {
        group.addTask { try await self.keepRunning(replica) }
      }
      try await group.waitForAll()
    }
  }

  private func keepRunning(_ replica: ReplicaAddress) async throws {
    while !Task.isCancelled {
      let (child, lifeline) = try start(replica)
      // SIGKILL, because a replica that an experiment has stopped would not see anything else.
      let ending = await withTaskCancellationHandler {
        await child.end()
      } onCancel: {
        child.send(SIGKILL)
      }
      close(lifeline)
      if Task.isCancelled { return }
      Log.write("replica \(replica.name) \(ending.words); again in \(restartAfter)")
      try await Task.sleep(for: restartAfter)
    }
  }

  /// Not asynchronous, so that no two programs are started at once; see `Lifeline.make`.
  private func start(_ replica: ReplicaAddress) throws -> (ChildProcess, lifeline: Int32) {
    let lifeline = try Lifeline.make()
    defer { close(lifeline.replica) }
    var launch = Launch([
      "sample-shop", "replica", "--name", replica.name, "--port", String(replica.port),
    ])
    launch.executable = "/proc/self/exe"
    launch.input = .descriptor(lifeline.replica)
    do {
      return (try launch.start(), lifeline.supervisor)
    } catch {
      close(lifeline.supervisor)
      throw error
    }
  }
}

/// Where a replica is found.
struct ReplicaAddress: Sendable, Hashable {
  var name: String
  var port: Int
}

extension ChildProcess.Ending {
  fileprivate var words: String {
    switch self {
    case .exited(let status): "exited with status \(status)"
    case .signalled(let signal): "was ended by signal \(signal)"
    }
  }
}
