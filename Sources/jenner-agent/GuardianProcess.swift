internal import Agent
internal import Glibc
internal import Linux
internal import Model

/// The guardian as its agent sees it: a process to start, to wake, and to miss.
final class GuardianProcess {
  enum News {
    case ready(ProcessIdentity, notes: [String])
    case ended
  }

  /// How long it may take to be ready.
  static let readyLimit: Duration = .seconds(5)

  private let loop: EventLoop
  private let socket: Int32
  private let process: Launch.Launched
  private let onNews: (News) -> Void
  private var lines = LineBuffer(limit: 1000)
  private var patience: EventLoop.Timer?
  private var isOver = false

  /// Starts a guardian of a ledger, in a session of its own with nothing of ours open but the socket
  /// over which it is woken.
  init(
    ledger: String, on loop: EventLoop, onNews: @escaping (News) -> Void
  ) throws(SystemError) {
    let pair = try SocketPair()
    var environment = CommandEnvironment.minimal
    environment["JENNER_STATE"] = StateDirectory().path
    var launch = Launch(
      argv: ["jenner-agent", "guardian", "--ledger", ledger], environment: environment)
    // This very program, even if its file has been replaced meanwhile.
    launch.program = "/proc/self/exe"
    launch.group = .session
    launch.descriptors = [nil, nil, nil, pair.theirs]
    defer { close(pair.theirs) }
    do throws(SystemError) {
      process = try launch.start()
    } catch {
      close(pair.ours)
      throw error
    }
    self.loop = loop
    self.onNews = onNews
    socket = pair.ours
    try loop.watch(socket, for: .readable) { [weak self] _ in self?.read() }
    try loop.watch(process.pidfd, for: .readable) { [weak self] _ in self?.ended() }
    patience = loop.schedule(after: Self.readyLimit) { [weak self] in self?.kill() }
  }

  /// Tells it that the ledger has changed.
  func poke() {
    guard !isOver else { return }
    var byte: UInt8 = 0
    // A full socket means that it has not yet read that it was poked before.
    _ = send(socket, &byte, 1, Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL))
  }

  /// Ends it at once.
  func kill() {
    guard !isOver else { return }
    _ = Glibc.kill(process.pid, SIGKILL)
  }

  private func read() {
    guard let bytes = SocketPair.receive(from: socket), !bytes.isEmpty else {
      loop.unwatch(socket)
      return
    }
    for line in lines.append(bytes) {
      guard let identity = LinuxHost().identity(of: process.pid) else { continue }
      if let patience { loop.cancel(patience) }
      patience = nil
      let text = String(decoding: line, as: UTF8.self)
      let note = text.dropFirst("ready".count).drop { $0 == " " }
      onNews(.ready(identity, notes: note.isEmpty ? [] : [String(note)]))
    }
  }

  private func ended() {
    guard !isOver, ChildProcess.reap(process) != nil else { return }
    isOver = true
    if let patience { loop.cancel(patience) }
    loop.unwatch(process.pidfd)
    loop.unwatch(socket)
    close(process.pidfd)
    close(socket)
    onNews(.ended)
  }
}
