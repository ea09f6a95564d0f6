internal import Model

/// Compares two JSON values and says in words what differs.
///
/// Elements of lists that have names are matched by them, so that a host that is added in front of
/// others is one line and not one for each of them.
struct Comparison {
  private(set) var lines: [String] = []

  mutating func compare(_ old: JSON, _ new: JSON, at path: [String]) {
    guard old != new else { return }
    switch (old, new) {
    case (.object(let before), .object(let after)): compare(before, after, at: path)
    case (.array(let before), .array(let after)): compare(before, after, at: path)
    default: note(path, "was \(Self.shown(old, path)), is now \(Self.shown(new, path))")
    }
  }

  private mutating func compare(
    _ before: [String: JSON], _ after: [String: JSON], at path: [String]
  ) {
    // What a fault does follows from its targets: where these differ, that is the news.
    let hasNewTargets = before["targets"] != after["targets"] && before["injection"] != nil
    for name in Set(before.keys).union(after.keys).sorted() {
      if hasNewTargets, name == "injection" { continue }
      switch (before[name], after[name]) {
      case (let old?, let new?): compare(old, new, at: path + [name])
      case (let old?, nil):
        note(path + [name], "was \(Self.shown(old, path + [name])), is now unset")
      case (nil, let new?):
        note(path + [name], "was unset, is now \(Self.shown(new, path + [name]))")
      case (nil, nil): break
      }
    }
  }

  private mutating func compare(_ before: [JSON], _ after: [JSON], at path: [String]) {
    let noun = Self.nouns[path.last ?? ""] ?? path.last ?? "entry"
    let old = Self.named(before)
    let new = Self.named(after)
    let heads = Array(path.dropLast())
    for (name, value) in old {
      if let match = new.first(where: { $0.name == name }) {
        compare(value, match.value, at: heads + ["\(noun) \(name)"])
      } else {
        note(heads, "\(noun) \(name)\(Self.description(of: value)) is gone")
      }
    }
    for (name, value) in new where !old.contains(where: { $0.name == name }) {
      note(heads, "\(noun) \(name)\(Self.description(of: value)) is new")
    }
    if old.map(\.name) != new.map(\.name), Set(old.map(\.name)) == Set(new.map(\.name)) {
      note(path, "stand in another order")
    }
  }

  /// The elements with what tells them apart: a name, a process, or the element itself.
  private static func named(_ elements: [JSON]) -> [(name: String, value: JSON)] {
    var seen: [String: Int] = [:]
    return elements.map { element in
      let name =
        element["name"]?.string.map { "'\($0)'" } ?? element["host"]?.string.map { "on '\($0)'" }
        ?? element["process"]?["pid"].map { PlanPage.shown($0) }
        ?? "'\(PlanPage.shown(element))'"
      let repeats = seen[name, default: 0]
      seen[name] = repeats + 1
      return (repeats == 0 ? name : "\(name) (\(repeats + 1))", element)
    }
  }

  private static let nouns = [
    "hosts": "host", "probes": "probe", "steps": "step", "rollbacks": "rollback",
    "phases": "phase", "injections": "injection", "targets": "process",
    "stop_conditions": "stop condition", "tolerance": "tolerance", "effects": "effect",
    "expectations": "expectation", "capabilities": "capability", "tools": "tool",
    "can_show": "statement", "while_faulted": "tolerance under fault", "command": "word",
  ]

  /// What a reader knows a process by.
  private static func description(of value: JSON) -> String {
    guard value["process"] != nil else { return "" }
    let program = value["executable"]?.string ?? "unknown executable"
    return " (\(program) of \(value["user"]?.string ?? "unknown user"))"
  }

  private mutating func note(_ path: [String], _ difference: String) {
    let place = path.map { part in
      (part.hasSuffix("_seconds") ? String(part.dropLast(8)) : part)
        .split(separator: "_").joined(separator: " ")
    }
    let text = place.isEmpty ? difference : place.joined(separator: ", ") + ": " + difference
    lines.append(text.plain(limit: 400))
  }

  private static func shown(_ value: JSON, _ path: [String]) -> String {
    if path.last?.hasSuffix("_seconds") == true, let seconds = value.double {
      return Amounts.span(seconds)
    }
    return value == .null ? "unset" : "'\(PlanPage.shown(value))'"
  }
}
