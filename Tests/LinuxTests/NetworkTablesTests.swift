import Model
import Testing

@testable import Linux

/// The tables of a network, as a kernel 6.18 prints them.
@Suite struct NetworkTablesTests {
  private let devices = """
    Inter-|   Receive                                                |  Transmit
     face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs
        lo:  504936    4812    0    0    0     0          0         0   504936    4812    0
      eth0: 8504936   14812    0    0    0     0          0         0   504936    4812    0
    """
  private let routes = """
    Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
    eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0
    eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
    """
  private let longRoutes = """
    fd000000000000000000000000000000 40 00000000000000000000000000000000 00 \
    00000000000000000000000000000000 00000100 00000001 00000000 00000001     eth0
    fd000000000000000000000000000002 80 00000000000000000000000000000000 00 \
    00000000000000000000000000000000 00000000 00000002 00000000 80200001     eth0
    00000000000000000000000000000000 00 00000000000000000000000000000000 00 \
    00000000000000000000000000000000 ffffffff 00000001 00000000 00200200       lo
    """
  private let trie = """
    Main:
      +-- 0.0.0.0/0 3 0 5
         |-- 0.0.0.0
            /0 universe UNICAST
         +-- 192.0.2.0/24 2 0 2
            +-- 192.0.2.0/30 2 0 2
               |-- 192.0.2.0
                  /24 link UNICAST
               |-- 192.0.2.2
                  /32 host LOCAL
            |-- 192.0.2.255
               /32 link BROADCAST
    """

  @Test func whatAHostSendsToItselfGoesByLoopback() throws {
    let facts = NetworkTables.facts(
      devices: devices, routes: routes, longRoutes: longRoutes, trie: trie)
    func way(_ text: String) throws -> String? {
      facts.interface(towards: try #require(IPAddress(text: text)))
    }
    #expect(facts.interfaces.map(\.name) == ["lo", "eth0"])
    #expect(try way("192.0.2.2") == "lo")
    #expect(try way("192.0.2.3") == "eth0")
    #expect(try way("198.51.100.1") == "eth0")
    #expect(try way("fd00::2") == "lo")
    #expect(try way("fd00::3") == "eth0")
    #expect(try way("2001:db8::1") == nil)
  }

  @Test func ownAddressesAreThoseThatTheTreeCallsLocal() {
    #expect(NetworkTables.ownAddresses(in: trie).map(\.text) == ["192.0.2.2"])
  }
}
