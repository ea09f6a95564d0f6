extension TrafficSelector {
  /// The selector in one line, for a plan.
  public var shown: String {
    var parts: [String] = []
    func add(_ word: String, _ texts: [String]) {
      if !texts.isEmpty { parts.append("\(word) \(texts.joined(separator: ", "))") }
    }
    add("to", to.map(\.text))
    add("from", from.map(\.text))
    if between.count == 2 {
      let groups = between.map { $0.map(\.text).joined(separator: ", ") }
      parts.append("between \(groups[0]) and \(groups[1])")
    }
    add("port", ports.map(\.text))
    if let transport { parts.append(transport.rawValue) }
    if let direction { parts.append("direction \(direction.rawValue)") }
    add("interface", interfaces)
    if let user { parts.append("of user \(user)") }
    if let cgroup { parts.append("of cgroup \(cgroup)") }
    if let processes { parts.append("of processes with \(processes.shown)") }
    if let share { parts.append("\(share.text) of \(unit.rawValue)") }
    if let inside { parts.append("inside \(inside.shown)") }
    if !exceptions.isEmpty {
      parts.append("except \(exceptions.map(\.shown).joined(separator: "; "))")
    }
    return parts.isEmpty ? "all traffic" : parts.joined(separator: ", ")
  }
}

extension TrafficException {
  fileprivate var shown: String {
    var parts: [String] = []
    if to == from {
      parts += to.map(\.text)
    } else {
      if !to.isEmpty { parts.append("to " + to.map(\.text).joined(separator: ", ")) }
      if !from.isEmpty { parts.append("from " + from.map(\.text).joined(separator: ", ")) }
    }
    if !ports.isEmpty { parts.append("port " + ports.map(\.text).joined(separator: ", ")) }
    if let transport { parts.append(transport.rawValue) }
    return parts.joined(separator: " ")
  }
}
