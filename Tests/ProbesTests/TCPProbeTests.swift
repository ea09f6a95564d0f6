import Model
import Testing

@testable import Probes

@Suite struct TCPProbeTests {
  @Test func connectsAndLeaves() async throws {
    try await ScriptedServer.run({ _ in [] }) { server in
      let seen = try await observe(
        TCPProbe.self, ["address": .quoted("127.0.0.1:\(server.port)")])
      #expect(seen.outcome == .success)
      #expect(seen.latency > 0 && seen.latency < 5)
      // The kernel answers for the server, which may notice only later.
      for _ in 0..<500 where server.accepted == 0 { try await Task.sleep(for: .milliseconds(10)) }
      #expect(server.accepted == 1)
      #expect(try await server.isLeftAlone())
    }
  }

  /// A name is looked up, and an address that refuses is passed over for one that answers.
  @Test func byName() async throws {
    try await ScriptedServer.run({ _ in [] }) { server in
      let seen = try await observe(
        TCPProbe.self, ["address": .quoted("localhost:\(server.port)")])
      #expect(seen.outcome == .success)
    }
  }

  @Test(arguments: ["127.0.0.1", "localhost"])
  func refused(host: String) async throws {
    let seen = try await withClosedPort { port in
      try await observe(TCPProbe.self, ["address": .quoted("\(host):\(port)")])
    }
    #expect(seen.outcome == .failure)
    #expect(seen.reason == "connection refused")
  }

  /// RFC 6761 reserves the name; the lookup may fail in more than one way, but never succeeds.
  @Test func unknownName() async throws {
    let seen = try await observe(
      TCPProbe.self, ["address": .quoted("jenner.invalid:80"), "timeout": "3s"])
    #expect(seen.outcome == .failure)
    let reason = try #require(seen.reason)
    #expect(
      reason.hasPrefix("'jenner.invalid' could not be looked up: ")
        || reason == "no connection within 3s")
  }

  @Test(arguments: [
    ("db", "has no port"),
    (":5432", "has no host"),
    ("db:", "has no port from 1 to 65535"),
    ("db:99999", "has no port from 1 to 65535"),
    ("::1:5432", "has an IPv6 address without brackets"),
    ("[::1]5432", "has something after ']' that is no port"),
    ("d b:1", "has a host that is neither a name nor an address"),
  ])
  func problemsOfTheAddress(text: String, reason: String) {
    #expect(
      problems(of: TCPProbe.self, ["address": .quoted(text)]) == [
        "1:10: error: '\(text)' \(reason); write an address such as 'db:5432' or '[::1]:5432'"
      ])
  }

  @Test func addressesOfIPv6() throws {
    #expect(try HostPort(text: "[::1]:5432") == HostPort(host: "::1", port: 5432))
    #expect(try HostPort(text: "[fe80::1]:1").isAddress)
    #expect(try !HostPort(text: "db:1").isAddress)
  }
}
