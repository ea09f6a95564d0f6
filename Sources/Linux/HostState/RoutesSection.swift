internal import Model

/// The routes of all tables and the rules that choose among them, of both address families.
///
/// Routes that the kernel cloned into its cache, and their times of expiry, are left out.
enum RoutesSection: StateSection {
  static let section = HostState.Section.routes

  private static func routes(_ option: String) -> StateTools.Call {
    StateTools.Call(.ip, "-json", option, "route", "show", "table", "all")
  }

  private static func rules(_ option: String) -> StateTools.Call {
    StateTools.Call(.ip, "-json", option, "rule", "show")
  }

  private static let families = [("ipv4", "-4"), ("ipv6", "-6")]
  static var calls: [StateTools.Call] { families.flatMap { [routes($0.1), rules($0.1)] } }

  static func entries(using tools: StateTools) throws(Unseen) -> [String: String] {
    var entries: [String: String] = [:]
    for (family, option) in families {
      let routes = try tools.elements(of: routes(option))
      let rules = try tools.elements(of: rules(option))
      entries.merge(Self.routes(in: routes, family: family)) { $1 }
      entries.merge(Self.rules(in: rules, family: family)) { $1 }
    }
    return entries
  }

  static func routes(in elements: [JSON], family: String) -> [String: String] {
    var routes = NumberedEntries()
    for element in elements {
      guard var members = element.members else { continue }
      if members["flags"]?.array?.contains("cloned") ?? false { continue }
      for passing in ["expires", "age", "used", "cache", "users"] { members[passing] = nil }
      let key = ["table", "type", "dst", "dev", "metric"].compactMap { name -> String? in
        switch members[name] {
        case .string(let text)?: text
        case .integer(let number)?: "metric \(number)"
        default: name == "table" ? "main" : nil
        }
      }
      routes.add("\(family) route \(key.joined(separator: " "))", JSON.object(members).canonical)
    }
    return routes.entries
  }

  static func rules(in elements: [JSON], family: String) -> [String: String] {
    var rules = NumberedEntries()
    for rule in elements {
      let priority = rule["priority"]?.double.map { String(Int($0)) } ?? ""
      rules.add("\(family) rule \(priority)", rule.canonical)
    }
    return rules.entries
  }
}
