/// In whose network the traffic is, where that is not the host's own.
public struct TrafficPlace: FieldSection, Hashable {
  /// A name in /run/netns, or an absolute path.
  public var namespace: String?
  /// The id or the name of a running container.
  public var container: String?
  /// A process in whose network namespace the traffic is.
  public var pid: Int?

  /// Declares and reads a place.
  public init(_ fields: inout Fields) {
    namespace = fields.optional(
      "netns", "network namespace: a name that 'ip netns' knows, or a path such as /proc/12/ns/net")
    container = fields.optional("container", "id or name of a running container")
    pid = fields.optional("pid", "process id of a process in that network")
    guard !fields.isDeclaring else { return }
    let keys = ["netns", "container", "pid"]
    let written = keys.filter { fields.node($0) != nil }
    if written.count != 1, !fields.hasUnknownKeys {
      fields.note("'inside' names one of " + keys.joined(separator: ", "))
    }
    if let pid, pid < 1 || pid > Int(Int32.max) {
      fields.note("\(pid) is no process id", at: "pid")
    }
    if let namespace, !namespace.hasPrefix("/"),
      namespace.contains("/") || namespace.hasPrefix(".") || namespace.utf8.count > 255
    {
      fields.note("'\(namespace.limited)' is no network namespace", at: "netns")
    }
  }

  /// The place in one line.
  public var shown: String {
    if let namespace { return "network namespace \(namespace)" }
    if let container { return "container \(container)" }
    return "process \(pid ?? 0)"
  }
}
