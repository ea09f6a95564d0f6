import Glibc
import Linux
import Model

/// What all runs of one call share: the loop, and what signals mean.
final class Session {
  let loop: EventLoop
  private var driver: RunDriver?
  private(set) var interruption: Signal?

  init() throws(Failure) {
    // Before any agent is asked, which would have to refuse it too.
    do throws(Refusal) {
      _ = try StateVariable.path()
    } catch {
      throw .message(error.text, .usage)
    }
    do {
      loop = try EventLoop()
      // Blocked here, before any other thread starts, so that no thread is ever ended by one. A session
      // lives as long as its loop, which is all that some commands keep of it.
      try loop.watch(signals: Signals.asking) { [self] signal in take(signal) }
    } catch {
      throw .message("\(error)", .inconclusive)
    }
  }

  /// Runs to the end, or to the first signal's orderly end.
  func run(_ driver: RunDriver) -> Record? {
    self.driver = driver
    defer { self.driver = nil }
    return driver.run()
  }

  /// Asks a yes-or-no question, while signals are heard; anything but yes is no.
  func confirms(_ question: String) -> Bool {
    Console.ask(question)
    var answer: [UInt8] = []
    do {
      try loop.watch(STDIN_FILENO, for: .readable) { [loop] _ in
        var byte: UInt8 = 0
        guard read(STDIN_FILENO, &byte, 1) == 1, byte != UInt8(ascii: "\n"), answer.count < 100
        else {
          loop.stop()
          return
        }
        answer.append(byte)
      }
    } catch {
      return false
    }
    loop.run()
    loop.unwatch(STDIN_FILENO)
    return ["y", "yes"].contains(String(decoding: answer, as: UTF8.self).lowercased())
  }

  private func take(_ signal: Signal) {
    guard let driver, interruption == nil else {
      // Planning touches nothing; and twice means at once: the agents see the end of their pipes
      // and undo.
      _exit(ExitStatus(interruptedBy: signal).rawValue)
    }
    interruption = signal
    Console.error("interrupted: putting everything back; once more to leave at once")
    driver.interrupt(signal)
  }
}
