import Model
import Testing

@testable import Faults

/// What is said of a fault whose server has seen this or that.
@Suite struct ServerEvidenceTests {
  private func evidence(
    _ rules: NetworkRules, packets: Int = 1, rivals: [String] = [],
    _ change: (inout ProxyStatistics) -> Void
  ) -> Evidence {
    var statistics = ProxyStatistics()
    statistics.isListening = true
    change(&statistics)
    let host = WillingHost()
    let table = """
      table inet t {
      \tset live {
      \t\telements = { ipv4 timeout 3s }
      \t}
      \tchain out {
      \t\tcounter packets \(packets) bytes 60 redirect to :40000
      \t}
      }
      """
    host.results["nft"] = CommandResult(ending: .exited(0), output: table)
    return ServerEvidence(
      request: "toxic",
      inspection: NetworkInspection(
        rules: rules, traffic: .toDatabase(), isEnding: true, statistics: .proxy(statistics),
        rivals: rivals), host: host
    ).evidence()
  }

  private func redirected() throws -> NetworkRules {
    try rules(of: ConnectionReset.self)
  }

  private func listening() throws -> NetworkRules {
    try rules(
      of: ConnectionReset.self, ["listen": "127.0.0.1:6380", "upstream": "127.0.0.1:6379"])
  }

  @Test func whatWasHitIsInForce() throws {
    let seen = evidence(try redirected()) {
      $0.accepted = 1
      $0.hits = ["a": 1]
    }
    #expect(seen.isInForce)
    #expect(seen.achieved == "1 connection taken on, 1 hit")
  }

  @Test func connectionsThatWereNotTouchedAreNoFault() throws {
    let untouched = evidence(try redirected()) {
      $0.accepted = 2
      $0.unreachable = 2
    }
    #expect(!untouched.isInForce)
    #expect(untouched.achieved == "2 connections taken on, 0 hit, 2 had no server")
  }

  @Test func requestsThatCouldNotBeReadAreTheReason() throws {
    let seen = evidence(try redirected()) {
      $0.accepted = 3
      $0.requests.notHTTP = 1
      $0.requests.seen = 4
    }
    #expect(!seen.isInForce)
    #expect(
      seen.achieved
        == "3 connections taken on, 0 hit, 4 requests read, 1 connection not of plain HTTP/1.1")
  }

  @Test func whatIsRedirectedAndNeverArrivesIsAFirewalls() throws {
    let seen = evidence(try redirected()) { _ in }
    #expect(!seen.isInForce)
    #expect(seen.achieved.contains("a firewall of this host may drop"))
  }

  @Test func whatBeganBeforeIsNotRedirected() throws {
    let seen = evidence(try redirected(), packets: 0, rivals: ["network.reject"]) { _ in }
    #expect(!seen.isInForce)
    #expect(seen.achieved.hasPrefix("no connection was selected: nothing that matches was sent"))
    #expect(seen.achieved.contains(", or network.reject on the same packets took it before"))
    #expect(seen.achieved.hasSuffix("what had begun before is not redirected"))
  }

  @Test func whileNobodyListensTheRedirectCounts() throws {
    let seen = evidence(try redirected()) {
      $0.isListening = false
      $0.wasSilent = true
    }
    #expect(seen.isInForce)
    #expect(seen.achieved == "0 connections taken on, nobody listened")
  }

  @Test func aProxyThatNobodyTurnsToIsNoFault() throws {
    let seen = evidence(try listening()) { _ in }
    #expect(!seen.isInForce)
    #expect(seen.achieved == "no connection came to the server: none was made to it")
  }
}
