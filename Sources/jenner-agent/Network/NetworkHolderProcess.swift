internal import Agent
internal import Linux
internal import Model

/// The holder of a fault's rules as its agent sees it: inert at first, told once what to hold, and
/// with its end the rules end.
final class NetworkHolderProcess {
  private var companion: Companion?

  /// Starts a holder of a run's fault.
  init(
    run: String, on loop: EventLoop, onNews: @escaping (HolderNews) -> Void
  ) throws(SystemError) {
    companion = try Companion(
      holding: "hold-network", run: run,
      capabilities: [
        "cap_net_admin", "cap_net_bind_service", "cap_net_raw", "cap_sys_admin",
        "cap_sys_ptrace", "cap_dac_read_search",
      ], on: loop,
      onNews: { [weak self] news in
        switch news {
        case .ended: onNews(.ended)
        case .said("ready"):
          if let identity = self?.companion?.identity { onNews(.ready(identity)) }
        case .said("held"): onNews(.held(.delivered))
        case .said(let line):
          if let news = NetworkNews(line: line) {
            onNews(.seen(news.statistics))
          } else {
            onNews(.held(.failed(line)))
          }
        }
      })
  }

  /// Tells it something; false if it can't be told.
  @discardableResult
  func send(_ word: NetworkWord) -> Bool {
    word.line.map { companion?.send($0) ?? false } ?? false
  }

  /// Ends it at once, and with it its rules.
  func kill() {
    companion?.kill()
  }
}
