internal import Model

/// The qdiscs and filters of every device as tc(8) shows them, without statistics.
enum TrafficControlSection: StateSection {
  static let section = HostState.Section.trafficControl

  private static let show = StateTools.Call(.tc, "-json", "qdisc", "show")
  static let calls = [show]

  /// Where filters can be attached that are worth a look: one more program for each.
  private static let filterLimit = 64

  static func entries(using tools: StateTools) throws(Unseen) -> [String: String] {
    let qdiscs = try tools.elements(of: show)
    var entries = Self.qdiscs(in: qdiscs)
    let places = filterPlaces(in: qdiscs)
    guard places.count <= filterLimit else {
      entries["filters"] = "not read: there are more than \(filterLimit) places for them"
      return entries
    }
    tools.start(places.map(\.call))
    for place in places {
      // A device may have gone since it was listed, and its filters with it.
      guard let filters = try? tools.elements(of: place.call) else { continue }
      entries.merge(Self.filters(in: filters, at: place)) { $1 }
    }
    return entries
  }

  static func qdiscs(in elements: [JSON]) -> [String: String] {
    var qdiscs = NumberedEntries()
    for qdisc in elements {
      guard var members = qdisc.members, let device = members["dev"]?.string else { continue }
      for passing in ["dev", "refcnt"] { members[passing] = nil }
      let parent = members["parent"]?.string ?? "root"
      qdiscs.add("\(device) qdisc \(parent)", JSON.object(members).canonical)
    }
    return qdiscs.entries
  }

  // MARK: Filters

  /// A place at which a device can have filters.
  struct FilterPlace: Hashable {
    var device: String
    var hook: String

    var call: StateTools.Call {
      StateTools.Call(.tc, "-json", "filter", "show", "dev", device, hook)
    }
  }

  /// Qdiscs that a kernel gives a device by itself; nobody hangs filters on them.
  private static let plain: Set<String> = [
    "noqueue", "noop", "pfifo_fast", "pfifo", "bfifo", "fq", "fq_codel", "mq", "mqprio",
  ]

  static func filterPlaces(in qdiscs: [JSON]) -> [FilterPlace] {
    var places: [FilterPlace] = []
    for qdisc in qdiscs {
      guard let device = qdisc["dev"]?.string, let kind = qdisc["kind"]?.string else { continue }
      let hooks =
        switch kind {
        case "clsact": ["ingress", "egress"]
        case "ingress": ["ingress"]
        case _ where plain.contains(kind) || qdisc["root"] != .bool(true): [String]()
        default: ["root"]
        }
      places += hooks.map { FilterPlace(device: device, hook: $0) }
    }
    return places
  }

  static func filters(in elements: [JSON], at place: FilterPlace) -> [String: String] {
    var filters = NumberedEntries()
    for filter in elements {
      let priority = filter["pref"]?.double.map { String(Int($0)) } ?? ""
      let kind = filter["kind"]?.string ?? ""
      filters.add("\(place.device) filter \(place.hook) \(priority) \(kind)", filter.canonical)
    }
    return filters.entries
  }
}
