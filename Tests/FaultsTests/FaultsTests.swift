import FoundationEssentials
import Model
import Testing

@testable import Faults

@Suite struct FaultsTests {
  @Test func theListHasEveryFileOfTheFolderThatDeclaresAFault() throws {
    let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    let folder = "/\(root)/Sources/Faults"
    var declared: Set<String> = []
    for path in try FileManager.default.subpathsOfDirectory(atPath: folder)
    where path.hasSuffix(".swift") {
      let text = try String(contentsOfFile: "\(folder)/\(path)", encoding: .utf8)
      let name = String(path.split(separator: "/").last?.dropLast(6) ?? "")
      let kinds = ["Process", "Network", "Packet", "Shaping", "Connection"]
      if kinds.contains(where: { text.contains("public struct \(name): \($0)Fault {") }) {
        declared.insert(name)
      }
    }
    #expect(!declared.isEmpty)
    #expect(Set(Faults.all.map { "\($0)" }) == declared)
  }

  @Test func everyFaultIsDocumented() {
    for fault in Faults.all {
      #expect(fault.name.contains("."))
      #expect(!fault.summary.isEmpty)
      #expect(!fault.examples.isEmpty)
      for example in fault.examples {
        #expect(example.text.hasPrefix("- name: "))
        #expect(example.text.contains("\n  fault: \(fault.name)\n"))
      }
    }
  }
}

/// A machine of a few processes, which a test changes as it likes.
struct FakeHost: Host {
  var all: [Int32: ProcessFacts] = [:]
  var threads: [Int32: [String]] = [:]
  /// What is in the way of ptrace(2), by process.
  var obstacles: [Int32: String] = [:]

  init(_ processes: [ProcessFacts]) {
    for process in processes { all[process.identity.pid] = process }
  }

  func processes() throws(HostError) -> [ProcessFacts] {
    all.values.sorted { $0.identity < $1.identity }
  }
  func process(_ pid: Int32) -> ProcessFacts? { all[pid] }
  func threadStates(of pid: Int32) -> [String] { threads[pid] ?? all[pid].map { [$0.state] } ?? [] }
  func obstacleToTracing(_ pid: Int32) -> String? { obstacles[pid] }
  func listeners(on port: Int) throws(HostError) -> [Int32] { [] }
  func contents(of path: String) throws(HostError) -> String { throw HostError("no \(path)") }
}

/// A process of a user's, asleep unless said otherwise.
func process(_ pid: Int32, state: String = "S", startTime: UInt64 = 7) -> ProcessFacts {
  ProcessFacts(
    identity: ProcessIdentity(pid: pid, startTime: startTime), parent: 1, state: state,
    commandLine: ["worker"], executable: "/usr/bin/worker", userID: 1000, userName: "user",
    cgroups: ["/"])
}

/// Reads a fault from its parameters, with the problems found.
func read<F: Fault>(_ type: F.Type, _ parameters: JSON) -> (fault: F?, problems: [Problem]) {
  var reading = Reading(file: "test", catalog: Catalog(faults: Faults.all, probes: []))
  let fault = type.read(Node(parameters), in: &reading)
  return (fault, reading.problems)
}
