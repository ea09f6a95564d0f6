/// The only window that a fault has on the machine; tests pass a recorded one.
///
/// Everything here reads; what changes the machine is an `Effect` that the agent performs after its
/// undo is in the ledger.
public protocol Host: Sendable {
  /// Every process, kernel threads left out.
  func processes() throws(HostError) -> [ProcessFacts]

  /// One process, or nil if there is none of that id now.
  func process(_ pid: Int32) -> ProcessFacts?

  /// Whether a process is known to have ended; one that can't be read just now is not.
  func hasEnded(_ process: ProcessIdentity) -> Bool

  /// The state letters of a process's threads, as in `ProcessFacts.state`; empty if it is gone.
  func threadStates(of pid: Int32) -> [String]

  /// Why this process could not be held by ptrace(2); nil if it could. Reads only.
  func obstacleToTracing(_ pid: Int32) -> String?

  /// The ids of the processes that listen on a TCP or UDP port.
  func listeners(on port: Int) throws(HostError) -> [Int32]

  /// The text of a small file.
  func contents(of path: String) throws(HostError) -> String

  /// The network namespace that a file is.
  func networkNamespace(at path: String) throws(HostError) -> NetworkNamespace

  /// The interfaces and routes of a network namespace; nil is the host's own.
  func network(in namespace: NetworkNamespace?) throws(HostError) -> NetworkFacts

  /// Why nobody could listen on an address of TCP just now; nil if one could. Reads only.
  func obstacle(toListeningOn endpoint: IPEndpoint, in namespace: NetworkNamespace?) -> Refusal?

  /// The established TCP connections of processes; one that several of them have open is each one's.
  func connections(of processes: Set<Int32>) throws(HostError) -> [EstablishedConnection]

  /// Runs a command that changes nothing, or nothing but in a namespace of its own and by loading modules,
  /// and waits for it: two seconds at most.
  func check(_ command: Command) -> CommandResult

  /// Runs several such commands side by side, and waits for all of them; in their order.
  func check(_ commands: [Command]) -> [CommandResult]

  /// The number of a user of this host, by name; nil if there is none.
  func userID(named name: String) -> UInt32?

  /// Where the unified cgroup hierarchy is mounted, by proc_pid_mounts(5); nil if it is not.
  var unifiedCgroups: String? { get }
}

extension Host {
  /// The state of the process stands for its threads where a host does not tell them apart.
  public func threadStates(of pid: Int32) -> [String] {
    process(pid).map { [$0.state] } ?? []
  }

  /// Where every process can be read, one that is not there has ended.
  public func hasEnded(_ process: ProcessIdentity) -> Bool {
    self.process(process.pid).map { $0.identity != process || $0.isDead } ?? true
  }

  /// A process that is traced already has its tracer in the way, and no other obstacle is known.
  public func obstacleToTracing(_ pid: Int32) -> String? {
    process(pid)?.tracer.map { "process \($0) traces it" }
  }

  /// A host without a network to look at.
  public func networkNamespace(at path: String) throws(HostError) -> NetworkNamespace {
    throw HostError("\(path) is no network namespace")
  }

  /// A host without a network to look at.
  public func network(in namespace: NetworkNamespace?) throws(HostError) -> NetworkFacts {
    NetworkFacts(interfaces: [], routes: [])
  }

  /// A host on which every address is free.
  public func obstacle(
    toListeningOn endpoint: IPEndpoint, in namespace: NetworkNamespace?
  ) -> Refusal? { nil }

  /// A host without a network to look at.
  public func connections(
    of processes: Set<Int32>
  ) throws(HostError) -> [EstablishedConnection] { [] }

  /// A host without programs.
  public func check(_ command: Command) -> CommandResult {
    CommandResult(ending: .notStarted("there is no \(command.argv.first ?? "")"))
  }

  /// One after the other, where a host can do no better.
  public func check(_ commands: [Command]) -> [CommandResult] { commands.map { check($0) } }

  /// A host without users.
  public func userID(named name: String) -> UInt32? { nil }

  /// A host without cgroups.
  public var unifiedCgroups: String? { nil }
}

/// Why the machine could not be read.
public struct HostError: Error, Sendable, Hashable, Codable {
  public var message: String

  /// Makes an error with what was tried, why it failed and what to do.
  public init(_ message: String) {
    self.message = message
  }
}
