internal import Glibc
internal import Linux
internal import Model

/// The holder: a process of one thread that stops others by ptrace(2) for as long as it lives.
///
/// Whatever ends it lets them go on: its agent when the fault is over, the kernel when its agent has
/// ended (PR_SET_PDEATHSIG), its own clock at the deadline, or anyone who kills it.
final class Holder {
  /// Longer than the longest order, which names as many processes as a fault may hit.
  private static let lineLimit = 64 * 1_024

  private let loop: EventLoop
  private let host = LinuxHost()
  private var lines = LineBuffer(limit: Holder.lineLimit)
  private var isHolding = false

  /// Holds what the order on the socket says, until its deadline or until this process is killed.
  static func hold() -> Int32 {
    Companion.play { () throws(SystemError) in try Holder().run() }
  }

  private init() throws(SystemError) {
    // The launcher has asked for this too; executing a program may have cleared it.
    try ChildProcess.endWithParent()
    loop = try EventLoop()
  }

  private func run() throws(SystemError) {
    try loop.watch(signals: [.child]) { _ in Tracing.reapEnded() }
    // Whoever ends the session ends the agent too, which then undoes in order.
    try loop.watch(signals: [.hangUp, .interrupt, .terminate]) { _ in }
    try loop.watch(Companion.socket, for: .readable) { [self] _ in read() }
    SocketPair.send("ready\n", to: Companion.socket)
    loop.run()
  }

  private func read() {
    guard let bytes = SocketPair.receive(from: Companion.socket) else { return }
    // The end of the socket is the end of the agent.
    guard !bytes.isEmpty else { return loop.stop() }
    for line in lines.append(bytes) { obey(String(decoding: line, as: UTF8.self)) }
    if lines.isOverlong { refuse("the order is too long") }
  }

  private func obey(_ line: String) {
    guard !isHolding, let order = HoldOrder(line: line) else {
      return refuse("the order can't be read")
    }
    isHolding = true
    loop.schedule(at: order.deadline) { [self] in loop.stop() }
    do throws(SystemError) {
      for process in order.processes { try Tracing.hold(process, on: host) }
      SocketPair.send("held\n", to: Companion.socket)
    } catch {
      // Some may be held already: its end lets all of them go on.
      refuse(error.description)
    }
  }

  private func refuse(_ reason: String) {
    SocketPair.send(reason + "\n", to: Companion.socket)
    loop.stop()
  }
}
