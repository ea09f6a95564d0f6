internal import Model

/// Rules that forward packets through a device which shapes them and gives them back: a table of the
/// netdev family, at the device's egress or ingress.
///
/// A packet is forwarded once. Where the faults of several steps are in force for it, that of the
/// latest step comes first and does the part of the others too: a tree of chains asks for each of the
/// others whether it is in force and meant, and each leaf has a device with all of their disciplines,
/// one within the other.
struct ShapingRules {
  let traffic: Traffic
  let step: Int
  let neighbours: [NetworkSetting.Neighbour]
  let shaping: ShapedWays
  /// The number of the first device.
  let firstLink: Int

  /// The name of a device has room for one more character behind the run's mark.
  private static let linkDigits = Array("0123456789abcdefghijklmnopqrstuvwxyz")
  /// The most faults of others whose part one fault does: each doubles the number of devices.
  static let mostNeighbours = 3

  private var table: OwnedTable { OwnedTable(.netdev, step: step) }

  /// Owners and shares of connections are known to other hooks than those of a device: there the
  /// packets get a bit of their mark, by which the device knows them, and which it takes away.
  private var usesMark: Bool { traffic.usesMark }

  func rules() throws(Refusal) -> NetworkRules {
    try check()
    var tree = Tree(rules: self)
    var script = table.making([table.live] + neighbours.map { gate($0.step) })
    for side in Side.all(of: traffic.direction) {
      let root = try tree.grow(side)
      let base = "\(side.rawValue)_base"
      tree.script.append("add chain \(table.text) \(base) { \(hook(side)) }")
      for match in traffic.spared(side) {
        tree.script.append("add rule \(table.text) \(base) \(match.rule("accept"))")
      }
      for match in matches(of: traffic, step, side) {
        let rule = match.and([table.asking(table.live)]).rule("counter", "goto \(root)")
        tree.script.append("add rule \(table.text) \(base) \(rule)")
      }
    }
    script += tree.script
    var rules = NetworkRules(
      namespace: traffic.namespace, links: tree.links, tables: [table.table], script: script,
      live: [table.live], gates: neighbours.map { .init(step: $0.step, sets: [gate($0.step)]) })
    if usesMark { addMarking(to: &rules) }
    return rules
  }

  private func check() throws(Refusal) {
    if traffic.interfaces.isEmpty {
      throw Refusal(
        "no route leads to the traffic, so no interface could shape it",
        cure: "name one with 'interface:'")
    }
    if neighbours.count > Self.mostNeighbours {
      throw Refusal(
        "\(neighbours.count + 1) faults would shape the same packets at the same time; at most "
          + "\(Self.mostNeighbours + 1) can", cure: "let some end before others begin")
    }
    if traffic.usesMark, traffic.direction != .out {
      throw Refusal(
        "a share of the connections can be shaped only where they go out",
        cure: "leave 'direction' out, or take a share of the packets")
    }
    if traffic.usesMark, step >= Mark.count {
      throw Refusal(
        "step \(step + 1) selects by owner or connection; only the first \(Mark.count) steps can")
    }
  }

  private func hook(_ side: Side) -> String {
    let names = traffic.interfaces.map { "\"\($0)\"" }
    let devices =
      names.count == 1 ? "device \(names[0])" : "devices = { \(names.joined(separator: ", ")) }"
    let hook = side == .out ? "egress" : "ingress"
    // Later steps come first.
    return "type filter hook \(hook) \(devices) priority \(-step - 1);"
  }

  fileprivate func matches(of traffic: Traffic, _ step: Int, _ side: Side) -> [Match] {
    if traffic.usesMark {
      let bit = Mark.bit(ofStep: step)
      return [Match(words: ["meta mark and \(bit) == \(bit)"])]
    }
    return traffic.conversations.flatMap { $0.matches(side) }
      .map { $0.and(traffic.shareWords(seed: step)) }
  }

  /// The words for the devices at which another fault shapes too; none where that is all of them.
  fileprivate func interfaceWords(sharedWith other: Traffic, _ side: Side) -> [String] {
    let shared = traffic.interfaces.filter(other.interfaces.contains)
    return shared.count < traffic.interfaces.count ? [side.words(at: shared)] : []
  }

  /// The set that says that the fault of another step is in force too.
  private func gate(_ step: Int) -> NetworkRules.LiveSet { table.liveSet("with_\(step)") }

  // MARK: Marks

  /// A table of the inet family marks what only its hooks can tell.
  private func addMarking(to rules: inout NetworkRules) {
    let marking = OwnedTable(.inet, step: step)
    let bit = Mark.bit(ofStep: step)
    rules.tables.append(marking.table)
    rules.script += marking.making([marking.live])
    // The last of output, so that nothing else of this host sees the bit but the device's hook.
    rules.script.append(
      "add chain \(marking.text) out { type filter hook output priority 300; }")
    for match in traffic.conversations.flatMap({ $0.matches(.out) }) {
      let words =
        [marking.asking(marking.live)] + match.words + traffic.ownerWords
        + traffic.shareWords(seed: step)
      let rule = Match(words: words).rule("counter", "meta mark set meta mark or \(bit)")
      rules.script.append("add rule \(marking.text) out \(rule)")
    }
    rules.live.append(marking.live)
  }

  /// Bits of a packet's mark that hardly anybody else uses.
  private enum Mark {
    static let count = 4
    static func bit(ofStep step: Int) -> String { hexadecimal(UInt32(0x0800_0000) << step) }
    /// All other bits; nft(8) knows no sign for that.
    static func allBut(ofStep step: Int) -> String { hexadecimal(~(UInt32(0x0800_0000) << step)) }

    private static func hexadecimal(_ bits: UInt32) -> String {
      "0x\(String(bits, radix: 16))"
    }
  }

  // MARK: The tree

  /// The chains that tell which of the faults are in force for a packet, and a device for each answer.
  private struct Tree {
    let rules: ShapingRules
    var script: [String] = []
    var links: [NetworkRules.Link] = []

    init(rules: ShapingRules) {
      self.rules = rules
    }

    /// Makes the chains for one side; answers with the name of the first.
    mutating func grow(_ side: Side) throws(Refusal) -> String {
      try grow(side, "\(side.rawValue)_\(rules.step)", asking: rules.neighbours[...], with: [])
    }

    /// A chain that asks for the next neighbour, or forwards where none is left; the chains that it
    /// goes to are made first.
    private mutating func grow(
      _ side: Side, _ name: String, asking open: ArraySlice<NetworkSetting.Neighbour>,
      with taken: [NetworkSetting.Neighbour]
    ) throws(Refusal) -> String {
      let table = rules.table.text
      guard let next = open.first else {
        let link = try addLink(taken, side)
        script.append("add chain \(table) \(name)")
        // Bits of steps that mark nothing may be somebody else's.
        let marking =
          (rules.usesMark ? [rules.step] : [])
          + taken.filter(\.traffic.usesMark).map(\.step)
        for others in marking.map(Mark.allBut) {
          script.append("add rule \(table) \(name) meta mark set meta mark and \(others)")
        }
        script.append("add rule \(table) \(name) counter fwd to \"\(link)\"")
        return name
      }
      let rest = open.dropFirst()
      let yes = try grow(side, "\(name)_\(next.step)", asking: rest, with: taken + [next])
      let no = try grow(side, "\(name)_no\(next.step)", asking: rest, with: taken)
      script.append("add chain \(table) \(name)")
      for match in next.traffic.spared(side) {
        script.append("add rule \(table) \(name) \(match.rule("goto \(no)"))")
      }
      if Side.all(of: next.traffic.direction).contains(side) {
        let inForce = [rules.table.asking(rules.gate(next.step))]
        for match in rules.matches(of: next.traffic, next.step, side) {
          let shared = Match(words: rules.interfaceWords(sharedWith: next.traffic, side))
          let rule = shared.and(inForce + match.words).rule("goto \(yes)")
          script.append("add rule \(table) \(name) \(rule)")
        }
      }
      script.append("add rule \(table) \(name) goto \(no)")
      return name
    }

    private mutating func addLink(
      _ taken: [NetworkSetting.Neighbour], _ side: Side
    ) throws(Refusal) -> String {
      let number = rules.firstLink + links.count
      guard number < ShapingRules.linkDigits.count else {
        throw Refusal(
          "the plan's faults would need more than \(ShapingRules.linkDigits.count) devices on one host",
          cure: "plan fewer faults that shape packets")
      }
      let name = RunMark.placeholder + String(ShapingRules.linkDigits[number])
      var disciplines: [[String]] = []
      for (level, words) in try qdiscs(taken, side).enumerated() {
        // Each but the last has one class, of which the next takes its packets.
        let place = level == 0 ? ["root"] : ["parent", "\(level):1"]
        disciplines.append(place + ["handle", "\(level + 1):"] + words)
      }
      // A delay is measured where it is alone, and what is measured does not overtake it.
      let own = side == .out ? rules.shaping.out : rules.shaping.in
      let isMeasured = taken.isEmpty && own.reordering == nil
      links.append(
        NetworkRules.Link(
          name: name, disciplines: disciplines, delay: isMeasured ? own.delay : nil))
      return name
    }

    private func qdiscs(
      _ taken: [NetworkSetting.Neighbour], _ side: Side
    ) throws(Refusal) -> [[String]] {
      let shapings = taken.map(\.shaping) + [rules.shaping]
      do throws(ShapingConflict) {
        return try Shaping.qdiscs(of: shapings.map { side == .out ? $0.out : $0.in })
      } catch {
        throw Refusal(
          error.text, cure: "let one end before the other begins, or select other packets with it")
      }
    }
  }
}

extension Traffic {
  /// Whether what selects it is known to no hook of a device.
  var usesMark: Bool { owner != nil || share?.unit == .connections }
}
