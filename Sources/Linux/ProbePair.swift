internal import CLinux
internal import Glibc

/// Two packet sockets at a device: one sends frames through its queue, the other sees them leave it.
public final class ProbePair {
  private let sender: Int32
  /// To be watched for what can be received.
  public let receiver: Int32

  /// Opens a pair at a device of this network namespace; needs CAP_NET_RAW.
  public init(device: String) throws(SystemError) {
    sender = jenner_frame_sender(device)
    guard sender >= 0 else { throw SystemError("send frames by \(device)") }
    receiver = jenner_frame_receiver(device)
    // From here on all that is open is closed with this object.
    guard receiver >= 0 else { throw SystemError("see the frames of \(device)") }
  }

  deinit {
    close(sender)
    if receiver >= 0 { close(receiver) }
  }

  /// Sends a frame; false if it could not be sent.
  public func send(_ number: UInt64) -> Bool {
    jenner_frame_send(sender, number) == 0
  }

  /// The number of the next frame that has left, and when, since boot; nil if there is none now.
  public func receive() -> (number: UInt64, time: Duration)? {
    var number: UInt64 = 0
    var age: Int64 = 0
    guard jenner_frame_receive(receiver, &number, &age) == 0 else { return nil }
    return (number, EventLoop.now - .nanoseconds(age))
  }
}
