internal import Linux
internal import Model

/// The guardian as its agent sees it: a process to start, to wake, and to miss.
final class GuardianProcess {
  enum News {
    case ready(ProcessIdentity, notes: [String])
    case ended
  }

  private var companion: Companion?

  /// Starts a guardian of a ledger.
  init(
    ledger: String, on loop: EventLoop, onNews: @escaping (News) -> Void
  ) throws(SystemError) {
    companion = try Companion(["guardian", "--ledger", ledger], on: loop) { [weak self] news in
      switch news {
      case .ended: onNews(.ended)
      case .said(let line):
        guard let identity = self?.companion?.identity else { return }
        let note = line.dropFirst("ready".count).drop { $0 == " " }
        onNews(.ready(identity, notes: note.isEmpty ? [] : [String(note)]))
      }
    }
  }

  /// Tells it that the ledger has changed; where its socket is full it has yet to hear of that.
  func poke() {
    companion?.send("changed")
  }

  /// Ends it at once.
  func kill() {
    companion?.kill()
  }
}
