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
      let listing = TableListing(text: try text(of: table))
      for set in inspection.rules.live where set.table == table {
        counted.isLive = counted.isLive && listing.filledSets.contains(set.name)
      }
      // Where packets are marked first, the device's table counts what comes of it.
      guard table.family == inspection.rules.tables.first?.family else { continue }
      counted.packets += listing.packets.filter { Self.isEntry($0.key) }.values.reduce(0, +)
    }
    for rules in inspection.isEnding ? inspection.sharing : [] {
      // A fault that has just ended has taken its counters with it.
      guard let table = rules.tables.first, let text = try? text(of: table) else { continue }
      let counts = TableListing(text: text).packets
      counted.packets += counts.filter { doesPart($0.key) }.values.reduce(0, +)
    }
    counted.queues = inspection.rules.links.isEmpty ? "" : try queues()
    return counted
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

  /// The table as text: the JSON of nft 1.0.6 takes the name of an owner's flag from anywhere in its
  /// memory, and sometimes that ends it.
  private func text(of table: NetworkRules.Table) throws(HostError) -> String {
    let result = host.check(
      Command(argv: entering + ["nft", "list", "table", table.family, table.name]))
    guard result.isSuccess else {
      throw HostError(
        "the rules can't be read: nft \(result.summary)"
          + (result.errors.isEmpty ? "" : ": \(result.errors.limited)"))
    }
    return result.output
  }

  private func queues() throws(HostError) -> String {
    let delays = DelayEvidence(inspection)
    var packets = 0
    var drops = 0
    for link in inspection.rules.links {
      let argv = ["tc", "-s", "-j", "qdisc", "show", "dev", link.name, "root"]
      let result = host.check(Command(argv: entering + argv))
      guard result.isSuccess, let queue = QdiscStatistics.list(from: result.output)?.first else {
        throw HostError(
          "the device \(link.name) can't be read: tc \(result.summary) \(result.errors.limited)")
      }
      // Those that measure it are none of the selected ones.
      packets += max(0, queue.packets - delays.frames(through: link.name))
      drops += queue.drops
    }
    return "; \(packets) went through the queue, \(drops) were dropped by it"
  }

  private var entering: [String] {
    NetworkNamespace.entering(inspection.rules.namespace)
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
    guard counted.packets > 0 || inspection.wasSelectedByOthers else {
      return Evidence(
        requested: request,
        achieved: "no packet was selected: \(likelyReason)", isInForce: false)
    }
    let delays = DelayEvidence(inspection)
    let others = inspection.wasSelectedByOthers ? ", and more by a fault that has ended" : ""
    return Evidence(
      requested: request, achieved: "\(packets) selected\(others)\(counted.queues)\(delays.text)",
      isInForce: !delays.isMissing)
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
