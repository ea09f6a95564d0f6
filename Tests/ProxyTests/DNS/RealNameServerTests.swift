import Model
import Testing

@testable import Proxy

/// The resolver between dig and dnsmasq, which know nothing of it.
@Suite(.serialized) struct RealNameServerTests {
  private static let records = [
    "--host-record=db.internal,10.1.2.3,2001:db8::3", "--mx-host=db.internal,mail.internal,10",
    // 3 kB of text: more than any datagram here may hold.
    "--txt-record=long.internal,"
      + Array(repeating: String(repeating: "x", count: 200), count: 15).joined(separator: ","),
  ]

  @Test(.needs(.dnsmasq, .dig)) func withoutRulesNothingDiffers() async throws {
    let server = try await RealNameServer(records: Self.records)
    let resolver = try RunningResolver(
      ResolverSettings(
        listen: [IPEndpoint(.loopbackV4, port: 0)], upstreams: [server.endpoint]))
    for question in [
      ["db.internal", "A"], ["db.internal", "AAAA"], ["db.internal", "MX"], ["nowhere.internal"],
      ["db.internal", "A", "+tcp"], ["db.internal", "A", "+noedns"], ["long.internal", "TXT"],
      ["db.internal", "A", "+dnssec", "+nsid", "+bufsize=4096"], ["version.bind", "CH", "TXT"],
    ] {
      let options = ["+nocookie", "+nocmd", "+nostats", "+qr"]
      let direct = try await Dig.answer(server.endpoint, question + options)
      let through = try await Dig.answer(resolver.endpoint, question + options)
      #expect(direct == through && direct.contains("status:"), "\(question)")
    }
    #expect(resolver.statistics.upstreamFailures == 0)
    #expect(resolver.statistics.strayAnswers == 0)
  }

  @Test(.needs(.dnsmasq, .dig)) func digUnderstandsOurAnswers() async throws {
    let server = try await RealNameServer(records: Self.records)
    let wrong = try #require(IPAddress(text: "198.51.100.7"))
    let resolver = try RunningResolver(
      ResolverSettings(
        listen: [IPEndpoint(.loopbackV4, port: 0)], upstreams: [server.endpoint],
        rules: [
          NameRule(
            try NamePattern("db.internal"), answer: .address([wrong], timeToLive: .seconds(7))),
          NameRule(
            try NamePattern("*.gone.internal"), answer: .fail(.nameError)),
          NameRule(try NamePattern("*"), types: [.aaaa], answer: .fail(.serverFailure)),
        ]))
    let address = try await Dig.ask(resolver.endpoint, "db.internal", "A")
    #expect(address.contains("db.internal.\t\t7\tIN\tA\t198.51.100.7"), "\(address)")
    #expect(address.contains("EDNS: version: 0, flags:; udp: 1232"), "\(address)")
    let empty = try await Dig.ask(resolver.endpoint, "db.internal", "AAAA")
    #expect(empty.contains("status: NOERROR") && empty.contains("ANSWER: 0"), "\(empty)")
    let mail = try await Dig.ask(resolver.endpoint, "db.internal", "MX")
    #expect(mail.contains("mail.internal."), "\(mail)")
    let gone = try await Dig.ask(resolver.endpoint, "a.b.gone.internal", "+tcp")
    #expect(gone.contains("status: NXDOMAIN") && gone.contains("AUTHORITY: 0"), "\(gone)")
    let failed = try await Dig.ask(resolver.endpoint, "other.internal", "AAAA")
    #expect(failed.contains("status: SERVFAIL"), "\(failed)")
    for text in [address, empty, mail, gone, failed] {
      #expect(!text.contains("WARNING") && !text.contains("malformed"), "\(text)")
    }
  }
}

extension Dig {
  /// What dig prints but for ids, which are drawn, and where it asked.
  fileprivate static func answer(_ endpoint: IPEndpoint, _ words: [String]) async throws -> String {
    let text = try await ask(endpoint, words)
    return text.split(separator: "\n").map { line in
      guard let id = line.firstRange(of: ", id: ") else { return String(line) }
      return String(line[..<id.lowerBound])
    }.filter { !$0.contains("retrying in TCP") }.joined(separator: "\n")
  }
}
