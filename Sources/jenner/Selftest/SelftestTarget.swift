import ArgumentParser
import Glibc
import Linux
import Model

/// The surroundings of a throwaway process: it stands in a network of its own, where that may be made,
/// in which this one talks to itself, so that there is traffic to be hit.
final class SelftestTarget {
  /// Where it listens, by HTTP.
  static let port: UInt16 = 7_777
  /// Where it asks for names, of nobody.
  static let namePort: UInt16 = 53

  private static let interval: Duration = .milliseconds(20)
  /// Connections that a fault holds up are given up, the oldest first.
  private static let most = 50
  private static let request = Array("GET / HTTP/1.1\r\nHost: selftest\r\n\r\n".utf8)
  private static let answer = Array("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok".utf8)
  /// A query for the address of `selftest`: RFC 1035, 4.1.
  private static let query: [UInt8] =
    [0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 8] + Array("selftest".utf8) + [0, 0, 1, 0, 1]

  private let loop: EventLoop
  private let listener: Int32
  private var open: [Int32] = []

  private init() throws(SystemError) {
    loop = try EventLoop()
    listener = Self.socket(SOCK_STREAM)
    let isBound = Self.withAddress(Self.port) { bind(listener, $0, $1) } == 0
    guard isBound, listen(listener, 64) == 0 else { throw SystemError("listen on the loopback") }
    // It lives as long as its loop: nobody else keeps it.
    try loop.watch(listener, for: .readable) { [self] _ in accept() }
  }

  /// Starts the process that is there to be broken, writes its id into a file once all is ready, and
  /// goes on until it is killed.
  static func run(pidFile: String) throws(SystemError) {
    let hasNetwork = (try? NetworkEntry.makeOwn()) != nil
    let target = hasNetwork ? try SelftestTarget() : nil
    var launch = Launch(argv: ["sleep", "600"], environment: CommandEnvironment.minimal)
    launch.group = .session
    launch.parentDeathSignal = .kill
    let sleeper = try launch.start()
    try DurableFile.replace(pidFile, with: Array("\(sleeper.pid)\n".utf8), mode: 0o600)
    // Without one, faults on processes can be tried all the same.
    target?.talk()
    target?.loop.run()
    while true { pause() }
  }

  /// Whether a process stands in another network than this one.
  static func hasOwnNetwork(_ pid: Int32) -> Bool {
    let host = LinuxHost()
    let own = try? host.networkNamespace(at: "/proc/self/ns/net")
    let theirs = try? host.networkNamespace(at: "/proc/\(pid)/ns/net")
    return own != nil && theirs != nil && own?.inode != theirs?.inode
  }

  // MARK: Talking

  private func talk() {
    let client = Self.socket(SOCK_STREAM)
    _ = Self.withAddress(Self.port) { connect(client, $0, $1) }
    keep(client)
    _ = send(client, Self.request, Self.request.count, Int32(MSG_NOSIGNAL))
    // From another port each time, as resolvers do: what is under way already is not redirected.
    let datagrams = Self.socket(SOCK_DGRAM)
    defer { close(datagrams) }
    _ = Self.withAddress(Self.namePort) {
      sendto(datagrams, Self.query, Self.query.count, Int32(MSG_NOSIGNAL), $0, $1)
    }
    loop.schedule(after: Self.interval) { [self] in talk() }
  }

  private func accept() {
    // What is written is small and goes out at once, so that nothing ever waits for it.
    let server = Glibc.accept(listener, nil, nil)
    guard server >= 0 else { return }
    keep(server)
    // The request comes with the connection or soon after; whatever it is, the answer is the same.
    loop.schedule(after: .milliseconds(5)) {
      _ = send(server, Self.answer, Self.answer.count, Int32(MSG_NOSIGNAL))
      // The end is for what holds up ends.
      _ = shutdown(server, Int32(SHUT_WR))
    }
  }

  private func keep(_ descriptor: Int32) {
    guard descriptor >= 0 else { return }
    open.append(descriptor)
    if open.count > Self.most { close(open.removeFirst()) }
  }

  private static func socket(_ type: __socket_type) -> Int32 {
    Glibc.socket(AF_INET, Int32(type.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0)
  }

  private static func withAddress<Result>(
    _ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
  ) -> Result {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
  }
}

/// The throwaway process itself; for nobody to call.
struct SelftestTargetCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "selftest-target", abstract: "A process that is there to be broken.",
    shouldDisplay: false)

  @Argument var pidFile: String

  func run() throws {
    try SelftestTarget.run(pidFile: pidFile)
  }
}
