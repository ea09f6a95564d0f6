import Model
import Testing

@testable import Linux

/// The tables of proc_pid_net(5), as recorded from a little-endian machine.
@Suite struct EstablishedConnectionTests {
  private let heading =
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"

  private func row(_ local: String, _ remote: String, _ state: String, _ inode: Int) -> String {
    "   0: \(local) \(remote) \(state) 00000000:00000000 00:00000000 00000000  0  0 \(inode) 1 x\n"
  }

  @Test func aConnectionIsSeenFromThisEndAndIsEachOwners() throws {
    let table =
      heading + row("00000000:0016", "00000000:0000", "0A", 1)
      + row("0100010A:0016", "070200C0:C738", "01", 2)
      + row("0100010A:9C40", "0200010A:0050", "01", 3)
      + row("0100010A:9C41", "0200010A:0050", "06", 4)
      + row("0100010A:9C42", "0200010A:0050", "01", 5)
    let found = NetworkTables.connections(in: table, of: ["2": [11, 10], "3": [12], "4": [12]])
    let here = try #require(IPAddress(text: "10.1.0.1"))
    let client = try #require(IPEndpoint(text: "192.0.2.7:51000"))
    let server = try #require(IPEndpoint(text: "10.1.0.2:80"))
    let login = IPEndpoint(here, port: 22)
    #expect(
      found == [
        EstablishedConnection(process: 10, local: login, remote: client, isAccepted: true),
        EstablishedConnection(process: 11, local: login, remote: client, isAccepted: true),
        EstablishedConnection(
          process: 12, local: IPEndpoint(here, port: 40_000), remote: server, isAccepted: false),
      ])
  }

  @Test func anAddressOfIPv4InATableOfIPv6IsThatOfIPv4() throws {
    let mapped = "0000000000000000FFFF0000"
    let table = heading + row("\(mapped)0100010A:9C40", "\(mapped)0200010A:0050", "01", 3)
    let found = NetworkTables.connections(in: table, of: ["3": [12]])
    #expect(found.map(\.remote.text) == ["10.1.0.2:80"])
  }
}
