import FoundationEssentials
import Linux
import Model

/// The pipe to one agent: requests out, replies in, one JSON line each.
final class AgentPipe {
  let host: String
  let command: [String]
  private var process: PipeProcess?
  private let encoder = JSONEncoder()
  private let decoder = JSONDecoder()
  private var onReply: (ReplyMessage) -> Void = { _ in }
  private var onLoss: (String) -> Void = { _ in }
  private var nextNumber = 1_000_000_000
  private var hasAnswered = false

  /// Starts the command that reaches the agent.
  init(host: String, command: [String], loop: EventLoop) throws(SystemError) {
    self.host = host
    self.command = command
    encoder.outputFormatting = [.withoutEscapingSlashes]
    process = try PipeProcess(
      argv: command, environment: Environment.all, on: loop,
      onLine: { [weak self] line in self?.take(line) },
      onEnd: { [weak self] end in self?.outputEnded(end) },
      onExit: { [weak self] exit in self?.exited(exit) })
  }

  /// Decides who hears the replies, and who hears that the pipe broke.
  func listen(
    reply: @escaping (ReplyMessage) -> Void, loss: @escaping (String) -> Void
  ) {
    onReply = reply
    onLoss = loss
  }

  /// Sends a message; a broken pipe is told by its loss.
  func send(_ message: RequestMessage) {
    guard let data = try? encoder.encode(message) else { return }
    process?.send(data)
  }

  /// Sends a request under a number of its own and returns that number.
  func send(_ request: Request) -> Int {
    nextNumber += 1
    send(RequestMessage(number: nextNumber, request: request))
    return nextNumber
  }

  /// Closes the pipe; an agent that still has something to undo does it now.
  ///
  /// An agent that has spoken is never killed from here: it, or its guardian, may have work to do.
  /// What never said a word is a transport that hangs, and would stay for ever.
  func close() {
    listen(reply: { _ in }, loss: { _ in })
    process?.closeInput()
    if !hasAnswered { process?.kill() }
    process = nil
  }

  private func take(_ line: [UInt8]) {
    do {
      let message = try decoder.decode(ReplyMessage.self, from: Data(line))
      hasAnswered = true
      onReply(message)
    } catch {
      let text = String(decoding: line.prefix(200), as: UTF8.self).limited
      onLoss("it said something that is no message: \(text)")
    }
  }

  private func outputEnded(_ end: LineChannel.End) {
    // Where the process has ended as well, its exit status and its errors say more; they follow.
    guard process != nil else { return }
    if case .endOfInput = end { return }
    onLoss("its output ended: \(end)")
  }

  private func exited(_ exit: PipeProcess.Exit) {
    process = nil
    let words = exit.errors.split(separator: "\n").suffix(3).joined(separator: "; ").limited
    let ending = CommandResult(ending: exit.ending).summary
    onLoss(words.isEmpty ? "its command \(ending)" : "its command \(ending): \(words)")
  }
}
