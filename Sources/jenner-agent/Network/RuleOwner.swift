internal import Glibc
internal import Linux
internal import Model

/// The process whose tables the rules are: nft(8), told one command a line over a socket.
///
/// A table with `flags owner` belongs to the netlink socket of that process. When it ends, however it
/// ends, the kernel removes the table; nobody else can.
final class RuleOwner {
  private let loop: EventLoop
  private let ours: Int32
  private let process: Launch.Launched
  private var lines = LineBuffer(limit: 1 << 20)
  private var waiting: ((String?) -> Void)?
  private var isOver = false
  private let onEnd: () -> Void

  /// Starts one, which owns nothing yet; `onEnd` is called when it has ended unasked.
  init(on loop: EventLoop, onEnd: @escaping () -> Void) throws(SystemError) {
    let pair = try SocketPair()
    var environment = CommandEnvironment.minimal
    environment["PATH"] = CommandEnvironment.toolPath
    // It carries the mark of the run, by which it is found if all else is lost.
    environment[EffectMark.variable] = CommandEnvironment.variable(EffectMark.variable)
    var launch = Launch(argv: ["nft", "-i"], environment: environment)
    launch.group = .caller
    launch.parentDeathSignal = .kill
    launch.descriptors = [pair.theirs, pair.theirs, pair.theirs]
    defer { close(pair.theirs) }
    do throws(SystemError) {
      process = try launch.start()
    } catch {
      close(pair.ours)
      throw error
    }
    self.loop = loop
    self.onEnd = onEnd
    ours = pair.ours
    try loop.watch(ours, for: .readable) { [weak self] _ in self?.read() }
    try loop.watch(process.pidfd, for: .readable) { [weak self] _ in self?.ended() }
  }

  /// Has it perform commands; the completion hears what it complained of, or nil.
  ///
  /// It is silent where all is well: so it is asked at last to list a table, which must be there by then,
  /// and whose end is a line that nothing else has.
  func perform(
    _ commands: [String], thenListing table: NetworkRules.Table,
    _ completion: @escaping (String?) -> Void
  ) {
    waiting = completion
    let text = (commands + ["list table \(table.text)"]).map { $0 + "\n" }.joined()
    guard send(text) else { return finish("nft could not be told its rules") }
  }

  /// Has it perform a command of which nothing need be heard.
  func note(_ command: String) {
    _ = send(command + "\n")
  }

  private func send(_ text: String) -> Bool {
    var bytes = Array(text.utf8)[...]
    // It reads one line after the other, and none takes long.
    let deadline = loop.now + .seconds(2)
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes {
        Glibc.send(ours, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
      }
      if count > 0 {
        bytes.removeFirst(count)
      } else if errno == EAGAIN, loop.now < deadline {
        usleep(1_000)
      } else if errno != EINTR {
        return false
      }
    }
    return true
  }

  private func read() {
    guard let bytes = SocketPair.receive(from: ours), !bytes.isEmpty else { return }
    for line in lines.append(bytes) {
      let text = String(decoding: line, as: UTF8.self)
      if text.hasPrefix("Error: ") {
        finish(text)
      } else if text == "}" {
        finish(nil)
      }
    }
    if lines.isOverlong { finish("nft said more than expected") }
  }

  private func finish(_ complaint: String?) {
    guard let completion = waiting else { return }
    waiting = nil
    completion(complaint)
  }

  private func ended() {
    guard !isOver, ChildProcess.reap(process) != nil else { return }
    isOver = true
    loop.unwatch(process.pidfd)
    loop.unwatch(ours)
    close(process.pidfd)
    close(ours)
    finish("nft has ended")
    onEnd()
  }
}
