import Model
import Testing

@Suite struct NetworkRulesTests {
  private let rules = NetworkRules(
    links: [.init(name: RunMark.placeholder + "0", disciplines: [["root", "netem"]])],
    tables: [.init(family: "inet", name: RunMark.placeholder + "_0")],
    script: ["add table inet \(RunMark.placeholder)_0"],
    live: [
      .init(
        table: .init(family: "inet", name: RunMark.placeholder + "_0"), name: "live",
        elements: ["ipv4", "ipv6"])
    ])

  @Test func everyNameIsThatOfTheRun() throws {
    let named = rules.named(for: "run-1")
    let mark = RunMark(ofRun: "run-1").name
    #expect(named.links.map(\.name) == [mark + "0"])
    #expect(named.tables.map(\.name) == [mark + "_0"])
    #expect(named.script == ["add table inet \(mark)_0"])
    #expect(named.objects.shown == "link \(mark)0, table inet \(mark)_0")
    #expect(named.live[0].table == named.tables[0])
    // A device whose name is longer is refused by the kernel.
    #expect(named.links[0].name.utf8.count <= 15)
  }

  @Test func elementsEndByThemselves() {
    let set = rules.named(for: "r").live[0]
    let table = set.table.text
    #expect(
      set.adding(for: .seconds(1.5))
        == "add element \(table) live { ipv4 timeout 1500ms, ipv6 timeout 1500ms }")
    // A time that is over would mean for ever.
    #expect(set.adding(for: .zero).contains("timeout 1ms"))
  }

  @Test func clearingNamesEverythingAndNeedsTheRightToEnter() throws {
    var objects = rules.named(for: "r").objects
    objects.namespace = NetworkNamespace(path: "/run/netns/app", inode: 42)
    let command = try #require(Undo.clear(objects).command)
    let mark = RunMark(ofRun: "r").name
    #expect(
      command.argv == [
        "/proc/self/exe", "clear-network", "--namespace", "42:/run/netns/app", "--link",
        "\(mark)0", "--table", "inet:\(mark)_0",
      ])
    // Without the third the network of another user's process would seem to be gone.
    #expect(
      command.capabilities == [
        "cap_net_admin", "cap_sys_admin", "cap_sys_ptrace", "cap_dac_read_search",
      ])
    #expect(
      objects.manualCommands == [
        ["nsenter", "--net=/run/netns/app", "ip", "link", "delete", "\(mark)0"]
      ])
  }
}
