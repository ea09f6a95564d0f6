import Model
import Testing

@testable import Linux

/// What tools print, as recorded from nftables 1.0.6 and iproute2 6.1.
@Suite struct StateSectionsTests {
  private func elements(_ text: String) throws -> [JSON] {
    try #require(JSON(text: text)?.array)
  }

  // MARK: nft

  private let ruleset = """
    # Warning: table ip nat is managed by iptables-nft, do not touch!
    table inet foo {
    \tset live {
    \t\ttype ipv4_addr
    \t\tflags timeout
    \t\telements = { 1.2.3.4 timeout 10m }
    \t}

    \tset dyn {
    \t\ttype ipv4_addr
    \t\tsize 65535
    \t\tflags dynamic,timeout
    \t\ttimeout 1m
    \t\telements = { 10.0.0.1 limit rate 10/second, 10.0.0.2 limit rate 10/second,
    \t\t\t     10.0.0.3 limit rate 10/second }
    \t}

    \tset fixed {
    \t\ttype ipv4_addr
    \t\telements = { 1.1.1.1, 2.2.2.2 }
    \t}

    \tchain c {
    \t\ttype filter hook input priority filter; policy accept;
    \t\tcounter accept
    \t}
    }
    table ip6 jenner1a2b3c4d { # progname nft
    \tflags owner
    }
    """

  @Test func tablesAreToldApartByFamilyAndName() {
    let tables = NftSection.tables(in: ruleset)
    #expect(tables.keys.sorted() == ["inet foo", "ip6 jenner1a2b3c4d"])
    #expect(tables["ip6 jenner1a2b3c4d"] == "\tflags owner")
  }

  @Test func elementsThatComeAndGoAreLeftOut() throws {
    let table = try #require(NftSection.tables(in: ruleset)["inet foo"])
    #expect(!table.contains("1.2.3.4") && !table.contains("10.0.0"))
    #expect(table.contains("elements = { 1.1.1.1, 2.2.2.2 }"))
    #expect(table.contains("counter accept"))
    let later = ruleset.split(separator: "\n").filter { !$0.contains("10.0.0.1") }
    #expect(NftSection.tables(in: later.joined(separator: "\n"))["inet foo"] != nil)
  }

  @Test func ourTablesAreFoundByName() {
    let list = "table inet foo\ntable ip6 jenner1a2b3c4d\ntable ip jenner\n"
    #expect(
      MarkedObject.tables(in: list) == [.table(family: "ip6", name: "jenner1a2b3c4d")])
    #expect(
      MarkedObject.tables(in: list).first?.clearing.shown == "nft delete table ip6 jenner1a2b3c4d")
  }

  // MARK: Links

  @Test func timersOfBridgesAreLeftOut() throws {
    func bridge(_ timer: String) throws -> [String: String] {
      LinksSection.links(
        in: try elements(
          """
          [{"ifindex":3,"ifname":"br0","flags":["UP"],"mtu":1500,"qdisc":"noqueue","linkinfo":\
          {"info_kind":"bridge","info_data":{"gc_timer":\(timer),"forward_delay":1500}}}]
          """))
    }
    #expect(try bridge("299.86") == (try bridge("1.00")))
    #expect(try bridge("0")["br0"]?.contains(#""forward_delay":1500"#) == true)
    #expect(try bridge("0")["br0"]?.contains("qdisc") == false)
  }

  @Test func ourLinksAreFoundByName() {
    let table = """
      Inter-|   Receive                                                |  Transmit
       face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets
          lo:       0       0    0    0    0     0          0         0        0       0
      jenner1a2b3c4d0:       0       0    0    0    0     0          0         0        0
      """
    #expect(MarkedObject.links(in: table) == [.link("jenner1a2b3c4d0", in: nil)])
  }

  // MARK: Routes

  @Test func routesHaveKeysOfTheirOwn() throws {
    let routes = RoutesSection.routes(
      in: try elements(
        """
        [{"type":"blackhole","dst":"10.66.0.0/16","table":"100","flags":[]},\
        {"dst":"10.10.0.0/16","gateway":"10.9.0.2","dev":"veth0","metric":5,"flags":[]},\
        {"dst":"10.10.0.0/16","gateway":"10.9.0.3","dev":"veth0","metric":5,"flags":[]}]
        """), family: "ipv4")
    #expect(
      routes.keys.sorted() == [
        "ipv4 route 100 blackhole 10.66.0.0/16", "ipv4 route main 10.10.0.0/16 veth0 metric 5",
        "ipv4 route main 10.10.0.0/16 veth0 metric 5 #2",
      ])
  }

  @Test func expiryAndClonedRoutesAreLeftOut() throws {
    func routes(_ expires: Int) throws -> [String: String] {
      RoutesSection.routes(
        in: try elements(
          """
          [{"dst":"default","dev":"eth0","protocol":"ra","metric":1024,"expires":\(expires)},\
          {"dst":"10.0.0.9","dev":"eth0","flags":["cloned"]}]
          """), family: "ipv6")
    }
    #expect(try routes(1791) == (try routes(3)))
    #expect(try routes(3).count == 1)
  }

  @Test func rulesAreKeptByPriority() throws {
    let rules = RoutesSection.rules(
      in: try elements(
        """
        [{"priority":0,"src":"all","table":"local"},\
        {"priority":32765,"src":"10.1.0.0","srclen":16,"table":"100"}]
        """), family: "ipv4")
    #expect(rules.keys.sorted() == ["ipv4 rule 0", "ipv4 rule 32765"])
  }

  // MARK: Traffic control

  private let qdiscs = """
    [{"kind":"noqueue","handle":"0:","dev":"lo","root":true,"refcnt":2,"options":{}},\
    {"kind":"prio","handle":"1:","dev":"veth1","root":true,"refcnt":2,"options":{"bands":3}},\
    {"kind":"clsact","handle":"ffff:","dev":"veth0","parent":"ffff:fff1","options":{}}]
    """

  @Test func qdiscsAreKeptByTheirPlaces() throws {
    let entries = TrafficControlSection.qdiscs(in: try elements(qdiscs))
    #expect(
      entries.keys.sorted() == ["lo qdisc root", "veth0 qdisc ffff:fff1", "veth1 qdisc root"])
    #expect(
      entries["veth1 qdisc root"]
        == #"{"handle":"1:","kind":"prio","options":{"bands":3},"root":true}"#)
  }

  @Test func filtersAreLookedForWhereTheyCanBe() throws {
    let places = TrafficControlSection.filterPlaces(in: try elements(qdiscs))
    #expect(
      places.map { "\($0.device) \($0.hook)" } == ["veth1 root", "veth0 ingress", "veth0 egress"])
    let filters = TrafficControlSection.filters(
      in: try elements(#"[{"protocol":"ip","pref":49152,"kind":"u32","chain":0}]"#), at: places[1])
    #expect(filters.keys.sorted() == ["veth0 filter ingress 49152 u32"])
  }

  // MARK: /proc

  @Test func mountsAreKeptWithoutTheirNumbers() {
    func mounts(_ numbers: String, _ peers: String) -> [String: String] {
      MountsSection.mounts(
        in: """
          \(numbers) 254:0 / / rw,relatime\(peers) - ext4 /dev/vda rw,discard
          30 22 0:25 / /dev/shm rw - tmpfs tmpfs rw
          31 30 0:26 / /dev/shm rw - tmpfs other rw
          rubbish
          """)
    }
    let entries = mounts("22 1", " shared:1")
    #expect(entries == mounts("99 7", " shared:8 master:2"))
    #expect(entries["/"] == "ext4 of /dev/vda at /, rw,relatime,rw,discard")
    #expect(entries["/dev/shm #2"] == "tmpfs of other at /, rw,rw")
  }

  @Test func aStatusFileTellsNameAndTracer() {
    let facts = ProcessesSection.Facts(
      statusFile: "Name:\ta b\nState:\tS (sleeping)\nPid:\t5\nTracerPid:\t42\n")
    #expect(facts?.name == "a b")
    #expect(facts?.tracer == 42)
    #expect(ProcessesSection.Facts(statusFile: "Name:\tx\n") == nil)
  }

  @Test(
    arguments: [
      (["jenner-agent", "guardian", "--ledger", "/s/runs/r1.ledger"], "r1"),
      (["jenner-agent", "guardian", "--ledger", "/s/runs/.ledger"], nil),
      (["jenner-agent", "guardian", "--ledger", "/s/runs/a b.ledger"], nil),
      (["jenner-agent"], nil),
    ] as [([String], String?)])
  func aGuardianNamesItsRun(arguments: [String], run: String?) {
    #expect(ProcessesSection.guardedRun(arguments) == run)
  }

  @Test func hierarchiesOfBothVersionsAreFound() {
    let mounts = """
      tmpfs /sys/fs/cgroup tmpfs rw 0 0
      cgroup /sys/fs/cgroup/cpu cgroup rw,cpu 0 0
      cgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0
      """
    #expect(
      Cgroups.roots(in: mounts) == ["/sys/fs/cgroup/cpu", "/sys/fs/cgroup/unified"])
  }

  // MARK: Tools

  @Test func whatCantBeSeenSaysWhatWouldHelp() {
    func reason(_ result: CommandResult) -> String? {
      do throws(Unseen) {
        _ = try StateTools.output(of: .nft, result)
        return nil
      } catch {
        return error.reason
      }
    }
    #expect(reason(CommandResult(ending: .exited(0), output: "x")) == nil)
    #expect(reason(CommandResult(ending: .notStarted("no")))?.contains("nftables") == true)
    let refused = CommandResult(
      ending: .exited(1), errors: "Operation not permitted (you must be root)\n")
    #expect(reason(refused)?.contains("cap_net_admin") == true)
    #expect(reason(CommandResult(ending: .timedOut)) == "nft timed out")
    #expect(throws: Unseen("nft timed out", mayPass: true)) {
      try StateTools.output(of: .nft, CommandResult(ending: .timedOut))
    }
    #expect(
      reason(CommandResult(ending: .exited(2), errors: "Error: bad\nmore"))
        == "nft exited 2: Error: bad")
  }

  // MARK: This machine

  @Test func theStateOfThisMachineIsReadAndComparedWithItself() throws {
    let state = try HostStateReader.read { () throws(Unseen) in ["a file": "there"] }
    #expect(state.sections.count == HostState.Section.allCases.count)
    for section in [HostState.Section.processes, .mounts, .sysctls, .files] {
      guard case .entries(let entries)? = state.sections[section], !entries.isEmpty else {
        Issue.record("\(section) is not seen")
        continue
      }
    }
    #expect(state.difference(to: state).changes.isEmpty)
  }
}
