internal import CLinux
internal import Glibc
internal import Synchronization

/// Messages from any thread to the thread of an event loop.
///
/// What is sent before the loop ends is received in the order in which it was sent.
public final class Mailbox<Message: Sendable>: Sendable {
  private let waiting = Mutex<[Message]>([])
  fileprivate let event: Int32

  fileprivate init() throws(SystemError) {
    event = jenner_event_create()
    guard event >= 0 else { throw SystemError("make an event counter") }
  }

  deinit {
    close(event)
  }

  /// Sends a message; it never blocks.
  public func send(_ message: Message) {
    let wasEmpty = waiting.withLock { waiting in
      waiting.append(message)
      return waiting.count == 1
    }
    if wasEmpty { _ = jenner_event_raise(event) }
  }

  fileprivate func takeAll() -> [Message] {
    jenner_counter_clear(event)
    return waiting.withLock { waiting in
      defer { waiting.removeAll() }
      return waiting
    }
  }
}

extension EventLoop {
  /// Makes a mailbox whose messages are handled by this loop.
  public func mailbox<Message: Sendable>(
    of type: Message.Type = Message.self, _ handler: @escaping (Message) -> Void
  ) throws(SystemError) -> Mailbox<Message> {
    let mailbox = try Mailbox<Message>()
    try watch(mailbox.event, for: .readable) { _ in
      for message in mailbox.takeAll() { handler(message) }
    }
    return mailbox
  }

  /// Forgets a mailbox; messages that are sent to it later are not handled.
  public func unwatch<Message: Sendable>(_ mailbox: Mailbox<Message>) {
    unwatch(mailbox.event)
  }
}
