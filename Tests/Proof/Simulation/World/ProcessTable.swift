import Model
import Synchronization

/// The processes of a simulated computer, as our programs read them.
final class ProcessTable: Host {
  // The lock is never contended: a world has one thread. The machines ask for a Sendable host.
  private let all = Mutex<[Int32: ProcessFacts]>([:])
  private let untraceable = Mutex<Set<Int32>>([])

  /// What faults on packets have made there.
  private let simulated = Mutex(SimulatedNetwork())

  var network: SimulatedNetwork {
    get { simulated.withLock { $0 } }
    set { simulated.withLock { $0 = newValue } }
  }

  subscript(pid: Int32) -> ProcessFacts? {
    get { all.withLock { $0[pid] } }
    set { all.withLock { $0[pid] = newValue } }
  }

  /// Processes that can't be traced, so that they are paused by a signal.
  func protectFromTracing(_ pid: Int32) {
    untraceable.withLock { _ = $0.insert(pid) }
  }

  func obstacleToTracing(_ pid: Int32) -> String? {
    if untraceable.withLock({ $0.contains(pid) }) { return "a policy forbids it" }
    return self[pid]?.tracer.map { "process \($0) traces it" }
  }

  func change(_ pid: Int32, _ body: (inout ProcessFacts) -> Void) {
    all.withLock { processes in
      guard var facts = processes.removeValue(forKey: pid) else { return }
      body(&facts)
      processes[pid] = facts
    }
  }

  func setState(_ state: String, of pid: Int32) {
    all.withLock { $0[pid]?.state = state }
  }

  var sorted: [ProcessFacts] {
    all.withLock { $0.values.sorted { $0.identity < $1.identity } }
  }

  func processes() throws(HostError) -> [ProcessFacts] { sorted }
  func process(_ pid: Int32) -> ProcessFacts? { self[pid] }
  func listeners(on port: Int) throws(HostError) -> [Int32] { [] }

  func check(_ command: Command) -> CommandResult { network.answer(command.argv) }

  func networkNamespace(at path: String) throws(HostError) -> NetworkNamespace {
    NetworkNamespace(path: path, inode: 4_026_531_840)
  }

  func network(in namespace: NetworkNamespace?) throws(HostError) -> NetworkFacts {
    let everywhere = AddressRange("0.0.0.0/0").map { range in
      NetworkFacts.Route(destination: range, interface: "eth0", metric: 0)
    }
    return NetworkFacts(
      interfaces: [.init(name: "lo", isLoopback: true), .init(name: "eth0", isLoopback: false)],
      routes: [everywhere].compactMap(\.self))
  }

  func contents(of path: String) throws(HostError) -> String {
    throw HostError("read \(path): No such file or directory")
  }
}
