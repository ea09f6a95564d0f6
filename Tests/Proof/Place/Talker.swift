import ArgumentParser
import CLinux
import Glibc
import Linux
import Model

/// Somebody whose packets are hit: it connects to a port of its own, and asks a name server that never
/// answers, a hundred times a second.
struct Talker: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Talks to itself over loopback until it is killed.", shouldDisplay: false)

  /// The port that it connects to.
  static let server: UInt16 = 4343
  /// The port at which it takes questions for names.
  static let nameServer: UInt16 = 4353

  private static let pause: UInt32 = 10_000

  /// The question for the address of `proof.invalid` (RFC 1035, 4.1).
  private static let question: [UInt8] =
    [0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 5] + Array("proof".utf8) + [7]
    + Array("invalid".utf8) + [0, 0, 1, 0, 1]

  func run() throws {
    let server = try LoopbackSocket(.stream, port: Self.server)
    let nameServer = try LoopbackSocket(.datagrams, port: Self.nameServer)
    while true {
      // Each with a port of its own: what redirects looks at the first packet of a flow alone.
      let connection = try LoopbackSocket(.stream)
      connection.connect(to: Self.server)
      let client = try LoopbackSocket(.datagrams)
      client.connect(to: Self.nameServer)
      client.send(Self.question)
      usleep(Self.pause)
      connection.send([UInt8(ascii: "x")])
      server.drain()
      nameServer.drain()
      connection.close()
      client.close()
    }
  }
}

/// A talker that a place has started, outside of everything that is traced or killed.
struct StartedTalker {
  private let process: Launch.Launched
  private static let name = "proof-talker"

  /// Starts it, and waits until it can be talked to.
  init() throws {
    var launch = Launch(argv: [Self.name, "talker"], environment: CommandEnvironment.minimal)
    launch.program = Programs.proof
    launch.group = .session
    process = try launch.start()
    for _ in 0..<2_000 {
      let listeners = try Tool.run(["ss", "-Huln", "sport", "=", ":\(Talker.nameServer)"]).output
      guard listeners.isEmpty else { return }
      usleep(5_000)
    }
    throw SystemError("start a talker", code: ETIMEDOUT)
  }

  var pid: Int32 { process.pid }

  func end() {
    kill(process.pid, SIGKILL)
    while waitpid(process.pid, nil, 0) < 0, errno == EINTR {}
    close(process.pidfd)
  }
}
