import Glibc
import Linux
import Model

/// A signal that asked the self-test to end: it then puts everything back, and ends by that signal's
/// status.
struct SelftestInterruption: Error {
  let signal: Signal

  /// From here on these signals wait until they are looked for, so that none ends this program half-way.
  static func listen() {
    var set = sigset_t()
    sigemptyset(&set)
    for signal in Signals.asking { sigaddset(&set, signal.number) }
    pthread_sigmask(SIG_BLOCK, &set, nil)
  }

  /// Throws where one has come; each is told of once.
  static func check() throws(SelftestInterruption) {
    var pending = sigset_t()
    guard sigpending(&pending) == 0 else { return }
    for signal in Signals.asking where sigismember(&pending, signal.number) == 1 {
      var set = sigset_t()
      sigemptyset(&set)
      sigaddset(&set, signal.number)
      var taken: Int32 = 0
      sigwait(&set, &taken)
      throw SelftestInterruption(signal: signal)
    }
  }
}
