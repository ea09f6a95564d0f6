import Model
import Synchronization

/// The processes of a simulated computer, as our programs read them.
final class ProcessTable: Host {
  // The lock is never contended: a world has one thread. The machines ask for a Sendable host.
  private let all = Mutex<[Int32: ProcessFacts]>([:])

  subscript(pid: Int32) -> ProcessFacts? {
    get { all.withLock { $0[pid] } }
    set { all.withLock { $0[pid] = newValue } }
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

  func contents(of path: String) throws(HostError) -> String {
    throw HostError("read \(path): No such file or directory")
  }
}
