import Glibc

/// From which host to which.
struct Way: Hashable, Sendable, CustomStringConvertible {
  var from: Int
  var to: Int

  var description: String { "\(from)→\(to)" }
}

extension Network {
  /// The port to which the tests send datagrams.
  static let port = 7_000

  /// Which ways between all hosts datagrams go, quickly and without loss; hosts by their places.
  func openWays(isLong: Bool = false) async throws -> Set<Way> {
    let receivers = try hosts.map { host in
      try NetworkSocket.bound(
        to: isLong ? host.longAddress : host.address, port: Self.port, on: host, isStream: false)
    }
    var open: Set<Way> = []
    // What comes late, from a round before, must not count.
    let round = UInt8.random(in: .min ... .max)
    for from in hosts.indices {
      let senders = try hosts.map { host in
        try NetworkSocket.datagrams(
          from: hosts[from], to: isLong ? host.longAddress : host.address, port: Self.port)
      }
      for _ in 0..<Self.burst {
        for to in hosts.indices where to != from {
          senders[to].send(
            [UInt8(from), round] + [UInt8](repeating: 0, count: 1_000))
        }
      }
    }
    try await Task.sleep(for: .milliseconds(150))
    for to in hosts.indices {
      let arrived = receivers[to].arrivals().filter { $0.dropFirst().first == round }
      for from in hosts.indices where from != to {
        if arrived.count(where: { $0.first == UInt8(from) }) == Self.burst {
          open.insert(Way(from: from, to: to))
        }
      }
    }
    return open
  }

  /// All ways between so many hosts.
  static func allWays(_ count: Int) -> Set<Way> {
    Set((0..<count).flatMap { from in (0..<count).map { Way(from: from, to: $0) } })
      .filter { $0.from != $0.to }
  }

  private static let burst = 5

  /// How many of so many datagrams arrive.
  func arrivals(of count: Int, from: Int, to: Int, port: Int = port) throws -> Int {
    let receiver = try NetworkSocket.bound(
      to: hosts[to].address, port: port, on: hosts[to], isStream: false)
    let sender = try NetworkSocket.datagrams(
      from: hosts[from], to: hosts[to].address, port: port)
    var arrived = 0
    for number in 1...count {
      sender.send([UInt8](repeating: 0, count: 100))
      if number.isMultiple(of: 100) { arrived += receiver.arrivals().count }
    }
    usleep(50_000)
    return arrived + receiver.arrivals().count
  }
}
