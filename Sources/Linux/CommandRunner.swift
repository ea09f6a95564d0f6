internal import CLinux
internal import Glibc
public import Model

/// Runs commands to their end on an event loop: limited in time and output, in a session of their
/// own, with a minimal environment.
public final class CommandRunner {
  /// What a command is run for, which decides what becomes of the processes that it leaves.
  public enum Purpose: Sendable {
    /// To observe: whatever is left of its process group is killed.
    case probe
    /// To act: it may start a service, which stays.
    case action
  }

  private let loop: EventLoop
  private let privileges: (Command) -> Launch.Privileges

  /// Makes a runner; `exactCapabilities` gives each command the capabilities that it lists and no
  /// other, instead of those of this process.
  public init(loop: EventLoop, exactCapabilities: Bool) {
    self.loop = loop
    privileges = { exactCapabilities ? .exactly($0.capabilities) : .inherited }
  }

  /// Runs a command and says how it ended; the completion is called on the loop, once, later.
  ///
  /// What it prints beyond `outputLimit` bytes is read and thrown away.
  ///
  /// - Returns: the running command, which can be cancelled; nil if it could not be started.
  @discardableResult
  public func run(
    _ command: Command, for purpose: Purpose, outputLimit: Int = Limits.outputSize,
    _ completion: @escaping (CommandResult) -> Void
  ) -> RunningCommand? {
    do throws(SystemError) {
      return try RunningCommand(
        command, purpose, privileges(command), outputLimit, on: loop, completion: completion)
    } catch {
      let result = CommandResult(ending: .notStarted(error.description))
      loop.schedule(at: .zero) { completion(result) }
      return nil
    }
  }
}

/// A command while it runs.
public final class RunningCommand {
  private let loop: EventLoop
  private let purpose: CommandRunner.Purpose
  private let started: Duration
  private let process: Launch.Launched
  private var completion: ((CommandResult) -> Void)?
  private var deadline: EventLoop.Timer?
  private var hasTimedOut = false

  /// What is still to be written to its standard input.
  private var input: ArraySlice<UInt8>
  private var inputDescriptor: Int32?
  private var outputs: [Output]
  private var outputDescriptors: [Int32?]

  init(
    _ command: Command, _ purpose: CommandRunner.Purpose, _ privileges: Launch.Privileges,
    _ outputLimit: Int, on loop: EventLoop, completion: @escaping (CommandResult) -> Void
  ) throws(SystemError) {
    let pipes = try CommandPipes(withInput: command.input != nil)
    var launch = Launch(
      argv: command.argv,
      environment: CommandEnvironment.minimal.merging(command.environment) { $1 })
    launch.group = .session
    // What we run ends with us: else an action would go on beside its undo by the guardian. What it
    // has started in the background is its own.
    launch.parentDeathSignal = .kill
    launch.privileges = privileges
    launch.descriptors = [pipes.input?.reader, pipes.output.writer, pipes.errors.writer]
    started = loop.now
    do throws(SystemError) {
      process = try launch.start()
    } catch {
      pipes.closeAll()
      throw error
    }
    pipes.closeTheirs()
    self.loop = loop
    self.purpose = purpose
    self.completion = completion
    input = Array((command.input ?? "").utf8)[...]
    inputDescriptor = pipes.input?.writer
    outputs = [Output(limit: outputLimit), Output(limit: Limits.outputSize)]
    outputDescriptors = [pipes.output.reader, pipes.errors.reader]
    try watch(timeout: command.timeout)
  }

  /// The leader of the command's session; nil once that has been reaped.
  public var leader: ProcessIdentity? { LinuxHost().identity(of: process.pid) }

  /// Kills the command's process group; its completion is called as if it had timed out.
  public func cancel() {
    guard completion != nil else { return }
    hasTimedOut = true
    killGroup()
  }

  // The callbacks keep this object alive until the process has ended.
  private func watch(timeout: Duration) throws(SystemError) {
    deadline = loop.schedule(at: started + timeout) { self.cancel() }
    try loop.watch(process.pidfd, for: .readable) { _ in self.processEnded() }
    for index in outputDescriptors.indices {
      guard let descriptor = outputDescriptors[index] else { continue }
      try loop.watch(descriptor, for: .readable) { _ in self.read(index) }
    }
    if let inputDescriptor {
      try loop.watch(inputDescriptor, for: .writable) { _ in self.write() }
    }
  }

  private func read(_ index: Int) {
    guard let descriptor = outputDescriptors[index] else { return }
    if !outputs[index].drain(descriptor) { closeOutput(index) }
  }

  private func closeOutput(_ index: Int) {
    guard let descriptor = outputDescriptors[index] else { return }
    outputDescriptors[index] = nil
    loop.unwatch(descriptor)
    close(descriptor)
  }

  private func write() {
    guard let descriptor = inputDescriptor else { return }
    let count = input.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
    if count < 0, errno == EAGAIN || errno == EINTR { return }
    if count > 0 { input.removeFirst(count) }
    // A command that does not read its input (EPIPE) is its own affair.
    if count < 0 || input.isEmpty { closeInput() }
  }

  private func closeInput() {
    guard let descriptor = inputDescriptor else { return }
    inputDescriptor = nil
    loop.unwatch(descriptor)
    close(descriptor)
  }

  // As long as the process is not reaped its id, and so its group's, can't be taken by another.
  private func killGroup() {
    _ = kill(-process.pid, SIGKILL)
  }

  /// The process has ended; what it wrote is in the pipes, and whoever else holds them is not
  /// waited for.
  private func processEnded() {
    guard let completion else { return }
    if purpose == .probe || hasTimedOut { killGroup() }
    var status: Int32 = 0
    var isSignalled = false
    guard jenner_reap(process.pidfd, &status, &isSignalled) != 0 else { return }
    self.completion = nil
    for index in outputDescriptors.indices {
      read(index)
      closeOutput(index)
    }
    closeInput()
    if let deadline { loop.cancel(deadline) }
    loop.unwatch(process.pidfd)
    close(process.pidfd)
    let ending: CommandResult.Ending =
      hasTimedOut ? .timedOut : isSignalled ? .signalled(status) : .exited(status)
    completion(
      CommandResult(
        ending: ending, output: outputs[0].text, errors: outputs[1].text,
        elapsed: loop.now - started))
  }
}

/// The pipes of one command.
private struct CommandPipes {
  var input: Pipe?
  var output: Pipe
  var errors: Pipe

  init(withInput: Bool) throws(SystemError) {
    output = try Pipe()
    do throws(SystemError) {
      errors = try Pipe()
    } catch {
      Self.close(output)
      throw error
    }
    do throws(SystemError) {
      input = withInput ? try Pipe() : nil
    } catch {
      Self.close(output)
      Self.close(errors)
      throw error
    }
    Pipe.makeNonBlocking(output.reader)
    Pipe.makeNonBlocking(errors.reader)
    if let input { Pipe.makeNonBlocking(input.writer) }
  }

  func closeTheirs() {
    if let input { Glibc.close(input.reader) }
    Glibc.close(output.writer)
    Glibc.close(errors.writer)
  }

  func closeAll() {
    if let input { Self.close(input) }
    Self.close(output)
    Self.close(errors)
  }

  private static func close(_ pipe: Pipe) {
    Glibc.close(pipe.reader)
    Glibc.close(pipe.writer)
  }
}
