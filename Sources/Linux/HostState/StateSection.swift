internal import Model

/// A section of the host's state: one file says how it is read and what of it is left out.
protocol StateSection: Sendable {
  static var section: HostState.Section { get }
  /// The tools that it asks whatever it finds; they are started before the first section is read.
  static var calls: [StateTools.Call] { get }
  /// What it holds now; reads, changes nothing.
  static func entries(using tools: StateTools) throws(Unseen) -> [String: String]
}

extension StateSection {
  /// Most need no tool.
  static var calls: [StateTools.Call] { [] }
}

/// Why a section can't be seen, and what would let it be seen.
public struct Unseen: Error, Sendable, Hashable {
  public var reason: String
  /// Whether another look may see it: it was a failure, and not something that host or user lack.
  public var mayPass: Bool

  /// Makes a reason.
  public init(_ reason: String, mayPass: Bool = false) {
    self.reason = reason
    self.mayPass = mayPass
  }
}

/// Entries whose keys may repeat: the second of a key is numbered.
struct NumberedEntries {
  private(set) var entries: [String: String] = [:]
  private var counts: [String: Int] = [:]

  mutating func add(_ key: String, _ text: String) {
    let count = (counts[key] ?? 0) + 1
    counts[key] = count
    entries[count == 1 ? key : "\(key) #\(count)"] = text
  }
}
