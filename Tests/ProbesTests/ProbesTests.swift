import FoundationEssentials
import Model
import Testing

@testable import Probes

@Suite struct ProbesTests {
  /// The folder is the table of contents: each `…Probe.swift` in it is a kind, and listed.
  @Test func theListIsTheFolder() throws {
    let here = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    let files = try FileManager.default.contentsOfDirectory(atPath: "/\(here)/Sources/Probes")
    let kinds = files.filter { $0.hasSuffix("Probe.swift") }.map { $0.dropLast(6) }.sorted()
    #expect(!kinds.isEmpty)
    #expect(Probes.all.map { "\($0)" } == kinds.map(String.init))
  }

  @Test func eachKindIsDescribed() {
    let names = Probes.all.map { $0.name }
    #expect(Set(names).count == names.count)
    for type in Probes.all {
      #expect(!type.summary.isEmpty)
      #expect(!type.examples.isEmpty)
      #expect(type.examples.allSatisfy { $0.text.contains("\(type.name):") })
      #expect(type.schema.fields.contains { $0.isRequired })
    }
  }

  @Test func valueKinds() throws {
    let url: Node = "http://127.0.0.1:1/"
    #expect(try read(["url": url], as: HTTPProbe.self).value == .none)
    #expect(try read(["url": url, "value": "a"], as: HTTPProbe.self).value == .sometimes)
    #expect(try read(["run": ["true"]], as: CommandProbe.self).value == .sometimes)
    #expect(try read(["address": "db:1"], as: TCPProbe.self).value == .none)
    #expect(try read(["url": url, "query": "up"], as: PrometheusProbe.self).value == .always)
  }

  @Test func defaultTimeouts() throws {
    let url: Node = "http://127.0.0.1:1/"
    #expect(try read(["url": url], as: HTTPProbe.self).timeout == .seconds(5))
    #expect(try read(["run": ["true"]], as: CommandProbe.self).timeout == .seconds(10))
    #expect(try read(["address": "db:1"], as: TCPProbe.self).timeout == .seconds(5))
    #expect(
      try read(["url": url, "query": "up"], as: PrometheusProbe.self).timeout == .seconds(5))
  }
}
