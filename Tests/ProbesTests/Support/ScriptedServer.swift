import NIOCore
import NIOPosix
import Synchronization

/// A server on 127.0.0.1 that answers each request with bytes of the test's choice.
final class ScriptedServer: Sendable {
  /// What the server does with a request, in order.
  enum Act: Sendable {
    case send(String)
    case pause(milliseconds: Int64)
    case close
  }

  /// What a client sent: head and body as they came.
  struct Request: Sendable {
    var text: String
    /// Counts the connections, from zero.
    var connection: Int
    /// Counts the requests of its connection, from zero.
    var number: Int
  }

  typealias Script = @Sendable (Request) -> [Act]

  private struct State {
    var requests: [Request] = []
    var accepted = 0
    var open = 0
  }

  private static let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
  private let channel: any Channel
  private let state: Shared

  private final class Shared: Sendable {
    let state = Mutex(State())
  }

  /// Starts to listen on a free port.
  private init(_ script: @escaping Script) async throws {
    let shared = Shared()
    state = shared
    channel = try await ServerBootstrap(group: Self.group)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelInitializer { channel in
        let number = shared.state.withLock { state in
          state.accepted += 1
          state.open += 1
          return state.accepted - 1
        }
        channel.closeFuture.whenComplete { _ in shared.state.withLock { $0.open -= 1 } }
        return channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(
            Handler(connection: number, script: script) { request in
              shared.state.withLock { $0.requests.append(request) }
            })
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
  }

  /// Runs a test against a server, and closes it afterwards.
  static func run<Result>(
    _ script: @escaping Script, _ body: (ScriptedServer) async throws -> Result
  ) async throws -> Result {
    let server = try await ScriptedServer(script)
    do {
      let result = try await body(server)
      try await server.channel.close().get()
      return result
    } catch {
      try? await server.channel.close().get()
      throw error
    }
  }

  var port: Int { channel.localAddress?.port ?? 0 }
  /// Every request so far.
  var requests: [Request] { state.state.withLock { $0.requests } }
  /// The connections that were ever accepted.
  var accepted: Int { state.state.withLock { $0.accepted } }

  /// Waits until no connection is open, at most five seconds; says whether that came true.
  func isLeftAlone() async throws -> Bool {
    for _ in 0..<500 {
      if state.state.withLock({ $0.open }) == 0 { return true }
      try await Task.sleep(for: .milliseconds(10))
    }
    return false
  }

  /// Collects whole requests and performs the script on each.
  private final class Handler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let connection: Int
    private let script: Script
    private let note: (Request) -> Void
    private var received = ""
    private var number = 0

    init(connection: Int, script: @escaping Script, note: @escaping (Request) -> Void) {
      self.connection = connection
      self.script = script
      self.note = note
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      received += String(buffer: unwrapInboundIn(data))
      while let text = Self.takeRequest(from: &received) {
        let request = Request(text: text, connection: connection, number: number)
        number += 1
        note(request)
        Self.perform(script(request)[...], on: context.channel)
      }
    }

    private static func takeRequest(from received: inout String) -> String? {
      // A string's "\r\n" is one character, so views of bytes are what can be searched and cut.
      let bytes = Array(received.utf8)
      let blank = Array("\r\n\r\n".utf8)
      guard bytes.count >= 4,
        let end = (0...bytes.count - 4).first(where: { Array(bytes[$0..<$0 + 4]) == blank })
      else { return nil }
      let head = String(decoding: bytes[..<end], as: UTF8.self)
      let length =
        head.split(separator: "\r\n")
        .first { $0.lowercased().hasPrefix("content-length:") }
        .flatMap { Int($0.drop { $0 != ":" }.dropFirst().filter { $0 != " " }) } ?? 0
      guard bytes.count >= end + 4 + length else { return nil }
      received = String(decoding: bytes[(end + 4 + length)...], as: UTF8.self)
      return String(decoding: bytes[..<(end + 4 + length)], as: UTF8.self)
    }

    private static func perform(_ acts: ArraySlice<Act>, on channel: any Channel) {
      guard let act = acts.first else { return }
      let rest = acts.dropFirst()
      switch act {
      case .send(let text):
        channel.writeAndFlush(ByteBuffer(string: text), promise: nil)
        perform(rest, on: channel)
      case .pause(let milliseconds):
        channel.eventLoop.scheduleTask(in: .milliseconds(milliseconds)) {
          perform(rest, on: channel)
        }
      case .close: channel.close(promise: nil)
      }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
      context.close(promise: nil)
    }
  }
}

extension ScriptedServer.Act {
  /// A complete answer.
  static func answer(
    _ body: String = "ok", status: String = "200 OK", headers: [String] = []
  ) -> ScriptedServer.Act {
    let lines = ["HTTP/1.1 \(status)", "Content-Length: \(body.utf8.count)"] + headers
    return .send(lines.joined(separator: "\r\n") + "\r\n\r\n" + body)
  }
}
