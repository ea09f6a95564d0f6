import Dispatch
import NIOCore
import Synchronization
import Testing

@testable import Probes

@Suite struct NameLookupTests {
  private static let place = HostPort(host: "db", port: 1)

  /// Counts lookups that are answered only when the test says so.
  private final class SilentServer: Sendable {
    let asked = Atomic<Int>(0)
    let answered = Atomic<Int>(0)
    private let gate = DispatchSemaphore(value: 0)

    func answer(_ place: HostPort) throws -> NameAddresses {
      asked.add(1, ordering: .relaxed)
      gate.wait()
      throw NameLookupFailure(status: -3, systemError: 0)
    }

    func open(times: Int) {
      for _ in 0..<times { gate.signal() }
    }
  }

  private func eventually(_ isTrue: () -> Bool) async throws -> Bool {
    for _ in 0..<500 {
      if isTrue() { return true }
      try await Task.sleep(for: .milliseconds(10))
    }
    return false
  }

  @Test func addressesOfThisMachine() throws {
    let addresses = try NameAddresses(of: HostPort(host: "127.0.0.1", port: 80))
    #expect(addresses.v4.map(\.port) == [80])
    #expect(addresses.v6.isEmpty)
  }

  /// Silent name servers hold a bounded number of threads, and none of another observer.
  @Test func silentNameServers() async throws {
    let server = SilentServer()
    let stuck = NameLookup { try server.answer($0) }
    let count = NameLookup.threadLimit + 10
    let questions = (0..<count).map { _ in
      stuck.start(Self.place) { _ in server.answered.add(1, ordering: .relaxed) }
    }
    #expect(
      try await eventually { server.asked.load(ordering: .relaxed) == NameLookup.threadLimit })

    let other = Atomic<Bool>(false)
    _ = NameLookup().start(HostPort(host: "127.0.0.1", port: 1)) { _ in
      other.store(true, ordering: .relaxed)
    }
    #expect(try await eventually { other.load(ordering: .relaxed) })
    #expect(server.asked.load(ordering: .relaxed) == NameLookup.threadLimit)

    // What was given up while it waited is never asked.
    #expect(questions.suffix(4).allSatisfy { $0.abandon() })
    #expect(questions.suffix(4).allSatisfy { !$0.abandon() })
    server.open(times: count)
    #expect(try await eventually { server.answered.load(ordering: .relaxed) == count - 4 })
    #expect(server.asked.load(ordering: .relaxed) == count - 4)
  }

  /// Connections whose lookups hang, or wait for a thread, are given up at their deadline.
  @Test func connectionsDoNotWaitForNameServers() async throws {
    let server = SilentServer()
    let connector = Connector(
      to: Self.place, on: NetworkThread.loop, within: ConnectionBudget(limit: 1_000),
      lookup: NameLookup { try server.answer($0) })
    let connections = (0..<NameLookup.threadLimit + 10).map { _ in
      connector.connect(by: .now() + .milliseconds(50)) { $0.eventLoop.makeSucceededVoidFuture() }
    }
    for connection in connections {
      await #expect(throws: (any Error).self) { try await connection.get() }
    }
    #expect(server.answered.load(ordering: .relaxed) == 0)
    server.open(times: NameLookup.threadLimit)
  }
}
