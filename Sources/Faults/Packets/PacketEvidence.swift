internal import Model

/// What rules have done, by their own counters and those of their devices.
struct PacketEvidence {
  let request: String
  let inspection: NetworkInspection
  let host: any Host
  var reasons = Reasons()

  /// What is said where nothing was selected.
  struct Reasons {
    var subject = "packet"
    var hint = ""
  }

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
    let rules = inspection.rules
    let others = inspection.isEnding ? inspection.sharing.compactMap { $0.tables.first } : []
    let tables = rules.tables + others
    // Side by side, as a fault goes on for as long as its end is being measured.
    let results = host.check(tables.map(listing) + rules.links.map(queue))
    var counted = Counted()
    for (table, result) in zip(rules.tables, results) {
      guard result.isSuccess else { throw HostError(Self.unread("the rules", by: "nft", result)) }
      let listing = TableListing(text: result.output)
      for set in rules.live where set.table == table {
        counted.isLive = counted.isLive && listing.filledSets.contains(set.name)
      }
      // Where packets are marked first, the device's table counts what comes of it.
      guard table.family == rules.tables.first?.family else { continue }
      counted.packets += listing.packets.filter { Self.isEntry($0.key) }.values.reduce(0, +)
    }
    // A fault that has just ended has taken its counters with it.
    for result in results.dropFirst(rules.tables.count).prefix(others.count)
    where result.isSuccess {
      let counts = TableListing(text: result.output).packets
      counted.packets += counts.filter { doesPart($0.key) }.values.reduce(0, +)
    }
    counted.queues =
      rules.links.isEmpty
      ? "" : try queues(Array(zip(rules.links, results.dropFirst(tables.count))))
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
  private func listing(_ table: NetworkRules.Table) -> Command {
    Command(argv: entering + ["nft", "list", "table", table.family, table.name])
  }

  private func queue(_ link: NetworkRules.Link) -> Command {
    Command(argv: entering + ["tc", "-s", "-j", "qdisc", "show", "dev", link.name, "root"])
  }

  private static func unread(_ what: String, by tool: String, _ result: CommandResult) -> String {
    "\(what) can't be read: \(tool) \(result.summary)"
      + (result.errors.isEmpty ? "" : ": \(result.errors.limited)")
  }

  private func queues(
    _ results: [(link: NetworkRules.Link, result: CommandResult)]
  ) throws(HostError) -> String {
    let delays = DelayEvidence(inspection)
    var packets = 0
    var drops = 0
    for (link, result) in results {
      guard result.isSuccess, let queue = QdiscStatistics.list(from: result.output)?.first else {
        throw HostError(Self.unread("the device \(link.name)", by: "tc", result))
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
        achieved: "no \(reasons.subject) was selected: \(likelyReason)\(rivals)\(reasons.hint)",
        isInForce: false)
    }
    let delays = DelayEvidence(inspection)
    let others = inspection.wasSelectedByOthers ? ", and more by a fault that has ended" : ""
    return Evidence(
      requested: request, achieved: "\(packets) selected\(others)\(counted.queues)\(delays.text)",
      isInForce: !delays.isMissing)
  }

  private var rivals: String {
    inspection.rivals.isEmpty
      ? "" : ", or \(inspection.rivals.joined(separator: ", ")) on the same packets took it before"
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
