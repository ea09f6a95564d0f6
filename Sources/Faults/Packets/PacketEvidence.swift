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
    for set in inspection.rules.live {
      let listed = try list(["set", set.table.family, set.table.name, set.name])
      let elements = listed.compactMap { $0["set"]?["elem"]?.array }.flatMap(\.self)
      counted.isLive = counted.isLive && !elements.isEmpty
    }
    // A packet is counted once, where it comes in; chains and tables behind that count it again.
    if let table = inspection.rules.tables.first {
      for side in Side.all(of: inspection.traffic.direction) {
        let chain = table.family == "netdev" ? "\(side.rawValue)_base" : side.rawValue
        let listed = try list(["chain", table.family, table.name, chain])
        let parts = listed.flatMap { $0["rule"]?["expr"]?.array ?? [] }
        counted.packets += parts.compactMap { $0["counter"]?["packets"]?.count }.reduce(0, +)
      }
    }
    counted.queues = inspection.rules.links.isEmpty ? "" : try queues()
    return counted
  }

  /// What nft(8) lists of one set or chain.
  ///
  /// Never a whole table: of one with a single flag, as ours have, nft 1.0.6 frees the flag before it
  /// writes it, and what it writes may then end there.
  private func list(_ object: [String]) throws(HostError) -> [JSON] {
    let result = host.check(Command(argv: entering + ["nft", "-j", "list"] + object))
    guard result.isSuccess else {
      throw HostError("the rules are not there: \(result.summary) \(result.errors.limited)")
    }
    guard let list = JSON(text: result.output)?["nftables"]?.array else {
      throw HostError("what nft lists of \(object.joined(separator: " ")) can't be read")
    }
    return list
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
