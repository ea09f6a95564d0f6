internal import Model

/// The tables of proc_pid_net(5), as text.
enum NetworkTables {
  /// What `dev`, `route`, `ipv6_route` and `fib_trie` say.
  static func facts(
    devices: String, routes: String, longRoutes: String, trie: String
  ) -> NetworkFacts {
    NetworkFacts(
      interfaces: self.devices(in: devices).map {
        NetworkFacts.Interface(name: $0, isLoopback: $0 == loopback)
      },
      routes: routes.split(separator: "\n").dropFirst().compactMap(route)
        + longRoutes.split(separator: "\n").compactMap(longRoute)
        + ownAddresses(in: trie).map(ownRoute))
  }

  private static let loopback = "lo"

  /// What a host sends to an address of its own never leaves it.
  private static func ownRoute(_ address: IPAddress) -> NetworkFacts.Route {
    NetworkFacts.Route(destination: AddressRange(address), interface: loopback, metric: 0)
  }

  /// This host's addresses, by lines such as `|-- 10.0.0.1` and below it `/32 host LOCAL`, of which there
  /// is a tree for each table of routes.
  static func ownAddresses(in trie: String) -> [IPAddress] {
    var found: Set<IPAddress> = []
    var leaf: IPAddress?
    for line in trie.split(separator: "\n") {
      let words = line.split(separator: " ")
      if words.first == "|--" {
        leaf = words.dropFirst().first.flatMap { IPAddress(text: $0) }
      } else if let leaf, words == ["/32", "host", "LOCAL"] {
        found.insert(leaf)
      }
    }
    return found.sorted()
  }

  /// The names in the table `dev`, which has two lines of headings.
  static func devices(in table: String) -> [String] {
    table.split(separator: "\n").dropFirst(2).map { line in
      String(line.prefix { $0 != ":" }.drop { $0 == " " })
    }
  }

  private static let isUp = 0x1
  private static let isReject = 0x200
  private static let isLocal = 0x8000_0000

  /// `Iface Destination Gateway Flags RefCnt Use Metric Mask …`, addresses in the machine's order.
  private static func route(_ line: Substring) -> NetworkFacts.Route? {
    let fields = line.split(whereSeparator: { $0 == "\t" || $0 == " " })
    guard fields.count > 7, let bytes = shortBytes(fields[1]), let mask = shortBytes(fields[7]),
      let flags = Int(fields[3], radix: 16), flags & isUp != 0, flags & isReject == 0,
      let address = IPAddress(bytes: bytes)
    else { return nil }
    let prefix = mask.map(\.nonzeroBitCount).reduce(0, +)
    return NetworkFacts.Route(
      destination: AddressRange(address, prefix: prefix), interface: String(fields[0]),
      metric: Int(fields[6]) ?? 0)
  }

  /// `destination prefix source prefix gateway metric use count flags interface`.
  private static func longRoute(_ line: Substring) -> NetworkFacts.Route? {
    let fields = line.split(separator: " ")
    guard fields.count > 9, let bytes = bytes(fields[0]), let address = IPAddress(bytes: bytes),
      let prefix = Int(fields[1], radix: 16), let metric = Int(fields[5], radix: 16),
      let flags = Int(fields[8], radix: 16), flags & isUp != 0, flags & isReject == 0
    else { return nil }
    let destination = AddressRange(address, prefix: prefix)
    if flags & isLocal != 0 { return ownRoute(address) }
    // What else the loopback device has is unreachable.
    if fields[9] == loopback { return nil }
    return NetworkFacts.Route(
      destination: destination, interface: String(fields[9]), metric: metric)
  }

  /// The connections of some sockets, by their inodes, each with those who have it open; one whose port
  /// on this host is listened on was opened from the other end.
  static func connections(
    in table: String, of sockets: [String: Set<Int32>]
  ) -> [EstablishedConnection] {
    let rows = table.split(separator: "\n").dropFirst().map { $0.split(separator: " ") }
      .filter { $0.count > 9 }
    let listening = Set(rows.filter { $0[3] == "0A" }.compactMap { end($0[1])?.port })
    return rows.flatMap { fields -> [EstablishedConnection] in
      guard fields[3] == "01", let owners = sockets[String(fields[9])],
        let local = end(fields[1]), let remote = end(fields[2])
      else { return [] }
      return owners.sorted().map { owner in
        EstablishedConnection(
          process: owner, local: local, remote: remote, isAccepted: listening.contains(local.port))
      }
    }
  }

  /// `0100007F:1F90`: words of four bytes in the machine's order, and a port.
  private static func end(_ text: Substring) -> IPEndpoint? {
    let parts = text.split(separator: ":")
    guard parts.count == 2, let port = UInt16(parts[1], radix: 16), let raw = bytes(parts[0]) else {
      return nil
    }
    let ordered = stride(from: 0, to: raw.count, by: 4).flatMap { inMachineOrder(raw[$0..<$0 + 4]) }
    return IPAddress(bytes: ordered).map { IPEndpoint($0.mapped ?? $0, port: port) }
  }

  private static func shortBytes(_ text: Substring) -> [UInt8]? {
    bytes(text).flatMap { $0.count == 4 ? inMachineOrder($0[...]) : nil }
  }

  private static func inMachineOrder(_ word: ArraySlice<UInt8>) -> [UInt8] {
    #if _endian(little)
      Array(word.reversed())
    #else
      Array(word)
    #endif
  }

  private static func bytes(_ text: Substring) -> [UInt8]? {
    let digits = Array(text)
    guard digits.count % 2 == 0, digits.count <= 32 else { return nil }
    let bytes = stride(from: 0, to: digits.count, by: 2).compactMap {
      UInt8(String(digits[$0...$0 + 1]), radix: 16)
    }
    return bytes.count * 2 == digits.count ? bytes : nil
  }
}
