internal import CLinux
internal import Glibc
public import Model

/// A long-running command whose standard input and output carry lines: the pipe to an agent.
///
/// It runs in a session of its own, so that Ctrl-C at a terminal never reaches it.
public final class PipeProcess {
  /// How the process came to its end.
  public struct Exit: Sendable, Hashable {
    public var ending: CommandResult.Ending
    /// What it wrote to its standard error, at most the first `errorLimit` bytes.
    public var errors: String
  }

  /// The most of its standard error that is kept.
  public static let errorLimit = 16_384

  public let pid: Int32
  private let loop: EventLoop
  private let pidfd: Int32
  private let input: Int32
  private let output: Int32
  private var errorDescriptor: Int32?
  private var errors = Output(limit: PipeProcess.errorLimit)
  private var channel: LineChannel?
  private var isInputOpen = true
  private let onExit: (Exit) -> Void

  /// Starts a command; lines of its output and its end come as callbacks on the loop.
  ///
  /// A channel that ends for another reason than the end of its input is of no use any more; whoever
  /// hears that should kill the process, which may wait for ever for its output to be read.
  /// After the process's end `onExit` is called once, and nothing after it. Lines that it wrote
  /// before come first.
  public init(
    argv: [String], environment: [String: String], on loop: EventLoop,
    onLine: @escaping ([UInt8]) -> Void, onEnd: @escaping (LineChannel.End) -> Void,
    onExit: @escaping (Exit) -> Void
  ) throws(SystemError) {
    let toChild = try Pipe()
    let fromChild = try Pipe()
    let errorPipe = try Pipe()
    var launch = Launch(argv: argv, environment: environment)
    launch.group = .session
    launch.descriptors = [toChild.reader, fromChild.writer, errorPipe.writer]
    defer { for end in [toChild.reader, fromChild.writer, errorPipe.writer] { Glibc.close(end) } }
    do throws(SystemError) {
      let launched = try launch.start()
      pid = launched.pid
      pidfd = launched.pidfd
    } catch {
      for end in [toChild.writer, fromChild.reader, errorPipe.reader] { Glibc.close(end) }
      throw error
    }
    self.loop = loop
    self.onExit = onExit
    input = toChild.writer
    output = fromChild.reader
    errorDescriptor = errorPipe.reader
    Pipe.makeNonBlocking(errorPipe.reader)
    channel = try LineChannel(
      reader: output, writer: input, on: loop, onLine: onLine, onEnd: onEnd)
    try loop.watch(errorPipe.reader, for: .readable) { _ in self.readErrors() }
    try loop.watch(pidfd, for: .readable) { _ in self.ended() }
  }

  /// Sends a line.
  public func send(_ line: some Sequence<UInt8>) {
    guard isInputOpen else { return }
    channel?.send(line)
  }

  /// Closes its standard input, which tells an agent to undo and end.
  public func closeInput() {
    guard isInputOpen else { return }
    isInputOpen = false
    channel?.closeWriter()
    Glibc.close(input)
  }

  /// Kills the command's session leader and its process group.
  public func kill() {
    _ = Glibc.kill(-pid, SIGKILL)
  }

  private func readErrors() {
    guard let descriptor = errorDescriptor, !errors.drain(descriptor) else { return }
    errorDescriptor = nil
    loop.unwatch(descriptor)
    close(descriptor)
  }

  private func ended() {
    var status: Int32 = 0
    var isSignalled = false
    guard jenner_reap(pidfd, &status, &isSignalled) != 0 else { return }
    loop.unwatch(pidfd)
    close(pidfd)
    readErrors()
    if let errorDescriptor {
      loop.unwatch(errorDescriptor)
      close(errorDescriptor)
      self.errorDescriptor = nil
    }
    let exit = Exit(
      ending: isSignalled ? .signalled(status) : .exited(status), errors: errors.text)
    // What it wrote last is still in the pipe; the channel sees its end by itself.
    channel?.drain()
    channel?.close()
    channel = nil
    closeInput()
    close(output)
    onExit(exit)
  }
}
