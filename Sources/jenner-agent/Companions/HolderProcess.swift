internal import Agent
internal import Linux
internal import Model

/// A holder as its agent sees it: it starts inert, is told what to hold, and holds that until its end.
final class HolderProcess {
  private var companion: Companion?

  /// Starts a holder of a run's fault, with what it needs on processes of other users.
  init(
    run: String, on loop: EventLoop, onNews: @escaping (HolderNews) -> Void
  ) throws(SystemError) {
    companion = try Companion(
      holding: "hold", run: run, capabilities: ["cap_sys_ptrace"], on: loop,
      onNews: { [weak self] news in
        switch news {
        case .ended: onNews(.ended)
        case .said("ready"):
          if let identity = self?.companion?.identity { onNews(.ready(identity)) }
        case .said("held"): onNews(.held(.delivered))
        case .said(let reason): onNews(.held(.failed(reason)))
        }
      })
  }

  /// Lets it hold processes, until a time since boot at the latest; false if it can't be told.
  func hold(_ processes: [ProcessIdentity], until deadline: Duration) -> Bool {
    let order = HoldOrder(processes: processes, deadline: deadline)
    return companion?.send(order.line) ?? false
  }

  /// Ends it at once, and with it what it holds.
  func kill() {
    companion?.kill()
  }
}

/// What a holder is told: which processes to hold, and until when.
struct HoldOrder: Equatable {
  var processes: [ProcessIdentity]
  /// A time since boot.
  var deadline: Duration

  init(processes: [ProcessIdentity], deadline: Duration) {
    self.processes = processes
    self.deadline = deadline
  }

  /// `hold NANOSECONDS PID:START …`.
  var line: String {
    let names = processes.map { " \($0.pid):\($0.startTime)" }.joined()
    return "hold \(deadline.nanoseconds)\(names)"
  }

  /// Reads a line; nil if it is no order.
  init?(line: String) {
    let words = line.split(separator: " ")
    guard words.count > 2, words[0] == "hold", let nanoseconds = Int64(words[1]) else { return nil }
    deadline = .nanoseconds(nanoseconds)
    processes = words.dropFirst(2).compactMap { word in
      let parts = word.split(separator: ":")
      guard parts.count == 2, let pid = Int32(parts[0]), let start = UInt64(parts[1]) else {
        return nil
      }
      return ProcessIdentity(pid: pid, startTime: start)
    }
    guard processes.count == words.count - 2 else { return nil }
  }
}
