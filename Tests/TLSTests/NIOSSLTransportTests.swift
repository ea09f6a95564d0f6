import FoundationEssentials
import Glibc
import Model
import NIOCore
import NIOPosix
import NIOSSL
import Probes
import Testing

@testable import TLS

@Suite(.enabled(if: Certificate.isOpenSSLHere, "openssl makes the certificate; install it"))
struct NIOSSLTransportTests {
  @Test func trustedByItsFile() async throws {
    try await withServer(named: "localhost") { server in
      let observer = try server.observer(host: "localhost", ["ca": server.certificate.path])
      let first = await observer.observe()
      #expect(first.outcome == .success, "\(first.reason ?? "")")
      #expect(Set(first.timings.keys) == ["connect", "tls", "first_byte"])
      #expect(first.timings.values.allSatisfy { $0 > 0 && $0 <= first.latency })
      let second = await observer.observe()
      #expect(second.outcome == .success)
      #expect(Set(second.timings.keys) == ["first_byte"], "the connection was not kept")
    }
  }

  @Test func refusedWithoutTrust() async throws {
    try await withServer(named: "localhost") { server in
      let seen = await (try server.observer(host: "localhost")).observe()
      #expect(seen.outcome == .failure)
      #expect(seen.reason == "the server's certificate is not trusted; see 'ca'")
    }
  }

  @Test func acceptedInsecurely() async throws {
    try await withServer(named: "elsewhere.example") { server in
      let seen = await (try server.observer(host: "127.0.0.1", ["insecure": "true"])).observe()
      #expect(seen.outcome == .success, "\(seen.reason ?? "")")
      #expect(seen.timings["tls"] != nil)
    }
  }

  @Test(arguments: ["localhost", "127.0.0.1"])
  func aCertificateForAnotherName(host: String) async throws {
    try await withServer(named: "elsewhere.example") { server in
      let ca = server.certificate.path
      let seen = await (try server.observer(host: host, ["ca": ca])).observe()
      #expect(seen.outcome == .failure)
      let reason = try #require(seen.reason)
      #expect(reason.hasSuffix("'\(host)'"), "\(reason)")
    }
  }

  @Test func anAddressInTheCertificate() async throws {
    try await withServer(named: "127.0.0.1") { server in
      let ca = server.certificate.path
      let seen = await (try server.observer(host: "127.0.0.1", ["ca": ca])).observe()
      #expect(seen.outcome == .success, "\(seen.reason ?? "")")
    }
  }

  @Test func aServerWithoutTLS() async throws {
    try await withServer(named: nil) { server in
      let seen = await (try server.observer(host: "localhost", ["insecure": "true"])).observe()
      #expect(seen.outcome == .failure)
      #expect(seen.reason == "the server does not speak TLS on this port")
    }
  }

  @Test func aServerThatNeverShakesHands() async throws {
    try await withServer(named: nil, isSilent: true) { server in
      let seen = await
        (try server.observer(host: "localhost", ["insecure": "true", "timeout": "1s"])).observe()
      #expect(seen.outcome == .failure)
      #expect(seen.reason == "no answer within 1s: in the TLS handshake")
      #expect(seen.latency >= 1 && seen.latency < 3)
    }
  }

  @Test func filesThatAreNoCertificates() async throws {
    let transport = NIOSSLTransport()
    for (path, reason) in [
      ("/nonexistent/ca.pem", "ca: '/nonexistent/ca.pem' can't be read: No such file or directory"),
      ("/dev/null", "ca: '/dev/null' holds no certificate in PEM form"),
    ] {
      #expect(throws: TLSUnavailable(reason)) {
        try transport.client(for: "x", insecure: false, certificateAuthority: path)
      }
    }
  }

  @Test func anUnreadableFileIsNoData() async throws {
    try await withServer(named: "localhost") { server in
      let seen = await (try server.observer(host: "localhost", ["ca": "/nonexistent/ca.pem"]))
        .observe()
      #expect(seen.outcome == .noData)
    }
  }
}

/// A server on 127.0.0.1 that answers every request, over TLS if it has a certificate.
private struct Server {
  var certificate: Certificate
  var port: Int

  func observer(
    host: String, _ fields: KeyValuePairs<String, String> = [:]
  ) throws -> any Observer {
    let all = [("url", "https://\(host):\(port)/")] + fields.map { ($0.key, $0.value) }
    let node = Node(.map(all.map { Node.Pair(key: $0.0, value: Node(text: $0.1)) }))
    var reading = Reading(file: "x.yaml", catalog: .empty)
    let probe = try #require(HTTPProbe.read(node, in: &reading), "\(reading.problems)")
    return probe.observer(
      using: Instruments(
        run: { _ in CommandResult(ending: .notStarted("no commands in this test")) },
        secureTransport: NIOSSLTransport()))
  }
}

/// Runs a test against a server; without a name it speaks plain text, or nothing if it is silent.
private func withServer(
  named name: String?, isSilent: Bool = false, _ body: (Server) async throws -> Void
) async throws {
  let certificate = try await Certificate(for: name ?? "localhost")
  defer { certificate.remove() }
  let context = try name.map { _ in
    try NIOSSLContext(
      configuration: .makeServerConfiguration(
        certificateChain: NIOSSLCertificate.fromPEMFile(certificate.path)
          .map { .certificate($0) },
        privateKey: .privateKey(NIOSSLPrivateKey(file: certificate.keyPath, format: .pem))))
  }
  let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
    .childChannelInitializer { channel in
      channel.eventLoop.makeCompletedFuture {
        let operations = channel.pipeline.syncOperations
        if let context { try operations.addHandler(NIOSSLServerHandler(context: context)) }
        if !isSilent { try operations.addHandler(Greeter()) }
      }
    }
    .bind(host: "127.0.0.1", port: 0).get()
  let server = Server(certificate: certificate, port: channel.localAddress?.port ?? 0)
  do {
    try await body(server)
    try await channel.close().get()
  } catch {
    try? await channel.close().get()
    throw error
  }
}

/// Answers whatever arrives.
private final class Greeter: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    context.writeAndFlush(
      NIOAny(ByteBuffer(string: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")), promise: nil)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }
}

/// A self-signed certificate and its key, in a directory of their own.
private struct Certificate {
  let directory: String
  var path: String { directory + "/certificate.pem" }
  var keyPath: String { directory + "/key.pem" }

  static var isOpenSSLHere: Bool {
    (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
      .contains { access("\($0)/openssl", X_OK) == 0 }
  }

  init(for name: String) async throws {
    directory = FileManager.default.temporaryDirectory.path + "/jenner-tls-\(UUID().uuidString)"
    try FileManager.default.createDirectory(
      atPath: directory, withIntermediateDirectories: true)
    let kind = name.first?.isNumber == true ? "IP" : "DNS"
    let arguments = [
      "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
      "-nodes", "-days", "1", "-subj", "/CN=jenner test", "-addext",
      "subjectAltName=\(kind):\(name)",
      "-keyout", keyPath, "-out", path,
    ]
    try #require(await Self.run(arguments) == 0, "openssl could not make a certificate")
  }

  func remove() {
    try? FileManager.default.removeItem(atPath: directory)
  }

  /// Runs a short command, away from the threads that tests share.
  private static func run(_ arguments: [String]) async throws -> Int32 {
    try await NIOThreadPool.singleton.runIfActive {
      var actions = posix_spawn_file_actions_t()
      posix_spawn_file_actions_init(&actions)
      defer { posix_spawn_file_actions_destroy(&actions) }
      for descriptor: Int32 in 0...2 {
        posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0)
      }
      var argv: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
      defer { for word in argv { free(word) } }
      var pid: pid_t = 0
      guard posix_spawnp(&pid, arguments[0], &actions, nil, &argv, environ) == 0 else { return -1 }
      var status: Int32 = 0
      while waitpid(pid, &status, 0) == -1, errno == EINTR {}
      return status
    }
  }
}
