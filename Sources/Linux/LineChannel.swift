internal import Glibc
internal import Model

/// A pair of descriptors that carry lines in both directions, on an event loop.
///
/// It never blocks. Lines that the peer does not take are kept up to a limit; past it, or at the
/// end of the input, or with a line that is too long, the channel is over.
public final class LineChannel {
  /// Why a channel is over.
  public enum End: Sendable, Hashable {
    case endOfInput
    /// The peer sent a line longer than `Limits.messageSize`.
    case overlongLine
    /// The peer does not read what is written to it.
    case stuck
    case failed(String)
  }

  private let loop: EventLoop
  private let reader: Int32
  private let writer: Int32
  private var lines = LineBuffer(limit: Limits.messageSize)
  private var unsent: [UInt8] = []
  private var isWriting = false
  private var isWriterClosed = false
  private var isOver = false
  private let onLine: ([UInt8]) -> Void
  private let onEnd: (End) -> Void

  /// Makes a channel over two descriptors, which may be one; it makes them non-blocking and does not
  /// close them.
  public init(
    reader: Int32, writer: Int32, on loop: EventLoop, onLine: @escaping ([UInt8]) -> Void,
    onEnd: @escaping (End) -> Void
  ) throws(SystemError) {
    self.loop = loop
    self.reader = reader
    self.writer = writer
    self.onLine = onLine
    self.onEnd = onEnd
    Pipe.makeNonBlocking(reader)
    Pipe.makeNonBlocking(writer)
    try loop.watch(reader, for: .readable) { [weak self] _ in
      _ = self?.read()
    }
  }

  /// Sends a line; what can't be written at once follows when the peer reads.
  public func send(_ line: some Sequence<UInt8>) {
    guard !isOver, !isWriterClosed else { return }
    unsent.append(contentsOf: line)
    unsent.append(UInt8(ascii: "\n"))
    if !isWriting { write() }
    if unsent.count > 2 * Limits.messageSize { end(.stuck) }
  }

  /// Whether everything that was sent has been written.
  public var isFlushed: Bool { unsent.isEmpty }

  /// Stops reading and writing; `onEnd` is not called.
  public func close() {
    guard !isOver else { return }
    isOver = true
    loop.unwatch(reader)
    closeWriter()
  }

  /// Stops writing; what the peer still sends is received.
  func closeWriter() {
    isWriterClosed = true
    unsent.removeAll()
    if isWriting { loop.unwatch(writer) }
    isWriting = false
  }

  private func end(_ end: End) {
    guard !isOver else { return }
    close()
    onEnd(end)
  }

  /// Reads what is there, without waiting; for a peer that is known to have ended.
  func drain() {
    while read() {}
  }

  /// Reads once; false if there was nothing, or nothing more will come.
  @discardableResult
  private func read() -> Bool {
    guard !isOver else { return false }
    var bytes: [UInt8] = []
    guard let count = FileContents.append(from: reader, to: &bytes) else {
      if errno != EAGAIN { end(.failed(SystemError("read from the peer").description)) }
      return false
    }
    for line in lines.append(bytes) where !isOver { onLine(line) }
    if lines.isOverlong { end(.overlongLine) }
    if count == 0 { end(.endOfInput) }
    return count > 0
  }

  private func write() {
    while !unsent.isEmpty {
      let count = unsent.withUnsafeBytes { Glibc.write(writer, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      if count < 0, errno == EAGAIN {
        waitUntilWritable()
        return
      }
      if count < 0 {
        unsent.removeAll()
        end(.failed(SystemError("write to the peer").description))
        return
      }
      unsent.removeFirst(count)
    }
    if isWriting {
      isWriting = false
      loop.unwatch(writer)
    }
  }

  private func waitUntilWritable() {
    guard !isWriting else { return }
    isWriting = true
    do throws(SystemError) {
      try loop.watch(writer, for: .writable) { [weak self] _ in self?.write() }
    } catch {
      end(.failed(error.description))
    }
  }
}
