internal import Model

/// What rules have done, by their own counters and those of their devices.
struct PacketEvidence {
  let request: String
  let inspection: NetworkInspection
  let host: any Host

  func evidence() -> Evidence {
    do throws(HostError) {
      return judged(try counted())
    } catch {
      return Evidence(requested: request, achieved: error.message, isInForce: false)
    }
  }

  private struct Counted {
    var packets = 0
    /// Whether the sets that every rule passes have their elements.
    var isLive = true
    /// What became of the packets in the devices.
    var queues = ""
  }

  private func counted() throws(HostError) -> Counted {
    var counted = Counted()
    for table in inspection.rules.tables {
      let listing = try listing(of: table, in: inspection.rules) { Self.isEntry($0) }
      for set in inspection.rules.live where set.table == table {
        let elements = listing.first { $0["set"]?["name"]?.string == set.name }?["set"]?["elem"]
        counted.isLive = counted.isLive && !(elements?.array ?? []).isEmpty
      }
      // A packet passes one rule of a table that counts where it comes in, and maybe one behind it.
      guard table.family == inspection.rules.tables.first?.family else { continue }
      counted.packets += Self.packets(in: listing)
    }
    for rules in inspection.isEnding ? inspection.sharing : [] {
      guard let table = rules.tables.first else { continue }
      // A fault that has just ended has taken its counters with it.
      let listing = try? listing(of: table, in: rules) { doesPart($0) }
      counted.packets += Self.packets(in: listing ?? [])
    }
    counted.queues = inspection.rules.links.isEmpty ? "" : try queues()
    return counted
  }

  private static func packets(in listing: [JSON]) -> Int {
    listing.compactMap { $0["rule"]?["expr"]?.array }.joined()
      .compactMap { $0["counter"]?["packets"]?.count }.reduce(0, +)
  }

  /// Whether a chain of another fault's table is where it does this one's part too: the steps whose
  /// part it does stand in its name, behind the way and its own step; see `ShapingRules`.
  private func doesPart(_ chain: String) -> Bool {
    let step = inspection.rules.tables.first?.name.split(separator: "_").last
    return chain.split(separator: "_").dropFirst(2).contains { $0 == step }
  }

  /// A packet is counted once, where it comes in; chains behind that count it again.
  private static func isEntry(_ chain: String) -> Bool {
    chain == "out" || chain == "in" || chain.hasSuffix("_base")
  }

  /// What stands in some chains of a table, and in the sets that put its rules in force.
  ///
  /// Not the table as a whole: for its flag `owner` nft(8) 1.0.6 writes into JSON whatever follows in its
  /// memory, and often no JSON comes of it.
  private func listing(
    of table: NetworkRules.Table, in rules: NetworkRules, isMeant: (String) -> Bool
  ) throws(HostError) -> [JSON] {
    let start = "add chain \(table.text) "
    let chains = rules.script.filter { $0.hasPrefix(start) }
      .map { String($0.dropFirst(start.count).prefix { $0 != " " }) }.filter(isMeant)
    let sets = rules.live.filter { $0.table == table }.map(\.name)
    var entries: [JSON] = []
    // One after the other: nft 1.0.6 asked for two chains at once knows only one of them.
    for (kind, name) in chains.map({ ("chain", $0) }) + sets.map({ ("set", $0) }) {
      let argv = ["nft", "-j", "list", kind, table.family, table.name, name]
      let result = host.check(Command(argv: entering + argv))
      guard result.isSuccess, let list = JSON(text: result.output)?["nftables"]?.array else {
        throw HostError("the rules are not there: \(result.errors.limited)")
      }
      entries += list
    }
    return entries
  }

  private func queues() throws(HostError) -> String {
    var packets = 0
    var drops = 0
    for link in inspection.rules.links {
      let argv = ["tc", "-s", "-j", "qdisc", "show", "dev", link.name, "root"]
      let result = host.check(Command(argv: entering + argv))
      guard result.isSuccess, let queue = JSON(text: result.output)?.array?.first else {
        throw HostError("the device \(link.name) is not there: \(result.errors.limited)")
      }
      packets += queue["packets"]?.count ?? 0
      drops += queue["drops"]?.count ?? 0
    }
    return "; \(packets) went through the queue, \(drops) were dropped by it"
  }

  private var entering: [String] {
    inspection.rules.namespace.map { ["nsenter", "--net=\($0.path)"] } ?? []
  }

  private func judged(_ counted: Counted) -> Evidence {
    let packets = counted.packets == 1 ? "1 packet" : "\(counted.packets) packets"
    guard inspection.isEnding else {
      // A fault that comes and goes may just be gone.
      let isLive = counted.isLive || inspection.rules.cycle != nil
      return Evidence(
        requested: request,
        achieved: isLive ? "the rules are in place" : "the rules have no force",
        isInForce: isLive)
    }
    guard counted.packets > 0 else {
      return Evidence(
        requested: request,
        achieved: "no packet was selected: \(likelyReason)", isInForce: false)
    }
    return Evidence(
      requested: request, achieved: "\(packets) selected\(counted.queues)", isInForce: true)
  }

  private var likelyReason: String {
    let traffic = inspection.traffic
    if traffic.owner != nil { return "the owner sent nothing that matches in that time" }
    if traffic.namesInterfaces {
      return
        "nothing that matches passed \(traffic.interfaces.joined(separator: ", ")); it may have "
        + "taken another way"
    }
    if !traffic.includesLoopback {
      return "nothing that matches was sent in that time, or it stayed within the host, which is "
        + "selected only by address or 'interface: lo'"
    }
    return "nothing that matches was sent in that time, or it took another way"
  }
}

extension JSON {
  /// A whole number, as counters are.
  fileprivate var count: Int? {
    if case .integer(let value) = self { return value }
    return nil
  }
}
