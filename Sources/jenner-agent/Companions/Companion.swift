internal import Glibc
internal import Linux
internal import Model

/// A process of this very program in another role: the guardian, or the holder of a fault.
///
/// It has a session of its own and nothing of ours open but one end of a socket, on descriptor 3, over
/// which lines go both ways. It must say its first line soon, or is killed.
final class Companion {
  enum News {
    case said(String)
    case ended
  }

  /// The descriptor of its end of the socket.
  static let socket: Int32 = 3
  /// How long it may take to be ready.
  static let readyLimit: Duration = .seconds(5)
  private static let lineLimit = 64 * 1_024

  private let loop: EventLoop
  private let ours: Int32
  private let process: Launch.Launched
  /// Who it is, also after its end.
  let identity: ProcessIdentity
  private let onNews: (News) -> Void
  private var lines = LineBuffer(limit: Companion.lineLimit)
  private var patience: EventLoop.Timer?
  private var isOver = false

  /// Starts one; `adjust` changes how it is launched.
  init(
    _ role: [String], environment: [String: String] = [:], on loop: EventLoop,
    adjust: (inout Launch) -> Void = { _ in }, onNews: @escaping (News) -> Void
  ) throws(SystemError) {
    let pair = try SocketPair()
    var variables = CommandEnvironment.minimal
    variables["JENNER_STATE"] = StateDirectory().path
    variables.merge(environment) { $1 }
    var launch = Launch(argv: ["jenner-agent"] + role, environment: variables)
    // This very program, even if its file has been replaced meanwhile.
    launch.program = "/proc/self/exe"
    launch.group = .session
    launch.descriptors = [nil, nil, nil, pair.theirs]
    adjust(&launch)
    defer { close(pair.theirs) }
    do throws(SystemError) {
      process = try launch.start()
    } catch {
      close(pair.ours)
      throw error
    }
    // As long as it is not reaped its id can't be another's.
    guard let identity = LinuxHost().identity(of: process.pid) else {
      let error = SystemError("find process \(process.pid), which was just started", code: ESRCH)
      Self.abandon(process)
      close(pair.ours)
      throw error
    }
    self.identity = identity
    self.loop = loop
    self.onNews = onNews
    ours = pair.ours
    try loop.watch(ours, for: .readable) { [weak self] _ in self?.read() }
    try loop.watch(process.pidfd, for: .readable) { [weak self] _ in self?.ended() }
    patience = loop.schedule(after: Self.readyLimit) { [weak self] in self?.kill() }
  }

  /// Starts one that is itself part of a run's fault: it carries the run's effect mark, the kernel kills
  /// it with its agent, and of the agent's capabilities it gets those that it needs.
  convenience init(
    holding role: String, run: String, capabilities: Set<String>, on loop: EventLoop,
    onNews: @escaping (News) -> Void
  ) throws(SystemError) {
    try self.init(
      [role], environment: [EffectMark.variable: run], on: loop,
      adjust: { launch in
        launch.parentDeathSignal = .kill
        launch.privileges = .exactly(Capabilities.permitted.intersection(capabilities).sorted())
      }, onNews: onNews)
  }

  /// Plays a role to its end, in the process that was started for it; a mistake is told its agent.
  static func play(_ role: () throws(SystemError) -> Void) -> Int32 {
    nameItself()
    do throws(SystemError) {
      try role()
      return ExitStatus.pass.rawValue
    } catch {
      SocketPair.send("\(error)\n", to: socket)
      return ExitStatus.inconclusive.rawValue
    }
  }

  /// Sends a line; false if it could not be taken at once.
  @discardableResult
  func send(_ line: String) -> Bool {
    guard !isOver else { return false }
    let bytes = Array((line + "\n").utf8)
    let flags = Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL)
    return Glibc.send(ours, bytes, bytes.count, flags) == bytes.count
  }

  /// Ends it at once.
  func kill() {
    guard !isOver else { return }
    _ = Glibc.kill(process.pid, SIGKILL)
  }

  private static func abandon(_ process: Launch.Launched) {
    _ = Glibc.kill(process.pid, SIGKILL)
    while ChildProcess.reap(process) == nil { usleep(1_000) }
    close(process.pidfd)
  }

  private func read() {
    guard let bytes = SocketPair.receive(from: ours), !bytes.isEmpty else {
      loop.unwatch(ours)
      return
    }
    for line in lines.append(bytes) {
      if let patience { loop.cancel(patience) }
      patience = nil
      onNews(.said(String(decoding: line, as: UTF8.self)))
    }
  }

  private func ended() {
    // What it said last comes before its end.
    if !isOver { read() }
    guard !isOver, ChildProcess.reap(process) != nil else { return }
    isOver = true
    if let patience { loop.cancel(patience) }
    loop.unwatch(process.pidfd)
    loop.unwatch(ours)
    close(process.pidfd)
    close(ours)
    onNews(.ended)
  }

  /// Names this process as the program; started through /proc/self/exe it would be shown as `exe`.
  static func nameItself() {
    let file = open("/proc/self/comm", O_WRONLY | O_CLOEXEC)
    guard file >= 0 else { return }
    defer { close(file) }
    _ = write(file, "jenner-agent", 12)
  }
}
