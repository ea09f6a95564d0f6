public import Model
internal import NIOCore

/// Opens a TCP connection and closes it again; the latency is the time to connect.
public struct TCPProbe: Probe {
  public static let name = "tcp"
  public static let summary = "open a TCP connection"
  public static let examples = [
    Example(
      "The database accepts connections",
      """
      - name: database
        tcp: {address: "127.0.0.1:5432", timeout: 1s}
        every: 1s
        tolerance: {success: {min: 99%}}
      """)
  ]

  public let timeout: Duration
  private let address: HostPort

  public init(_ fields: inout Fields) {
    address = fields.required("address", "host:port, or [address]:port for IPv6")
    timeout =
      fields.value(
        "timeout", "how long the connection may take, with the lookup of the name",
        default: PositiveDuration(.seconds(5)), shown: "5s"
      ).duration
  }

  public var value: ValueKind { .none }

  public func observer(using instruments: Instruments) -> any Observer {
    TCPObserver(
      connector: Connector(to: address, on: NetworkThread.loop), timeout: timeout)
  }
}

/// Connects to one place again and again.
private struct TCPObserver: Observer {
  let connector: Connector
  let timeout: Duration

  func observe() async -> Observation {
    let started = NIODeadline.now()
    let deadline = started + TimeAmount(timeout)
    return await connector.loop.attempt(by: deadline) { attempt in
      func finish(_ none: NoAnswer?) {
        attempt.finish(
          Observation(
            outcome: none?.outcome ?? .success, reason: none?.reason,
            latency: NIODeadline.now().seconds(since: started)))
      }
      attempt.giveUp = { ending in
        switch ending {
        case .late: finish(.failure("no connection within \(timeout.text)"))
        case .cancelled: finish(.noData("the observation was cancelled"))
        }
      }
      connector.connect(by: deadline) { $0.eventLoop.makeSucceededVoidFuture() }
        .assumeIsolated().whenComplete { result in
          switch result {
          case .success(let channel):
            finish(nil)
            channel.close(promise: nil)
          case .failure(let error): finish(ConnectionFailure.noAnswer(for: error))
          }
        }
    }
  }
}
