internal import CLinux
public import Model

/// Entering the network of others.
public enum NetworkEntry {
  /// Moves this thread, and what it starts from now on, into a network namespace: setns(2).
  ///
  /// Only for programs of one thread that do nothing else.
  public static func enter(_ namespace: NetworkNamespace) throws(SystemError) {
    guard jenner_enter_network(namespace.path, namespace.inode) == 0 else {
      throw SystemError("enter the network namespace \(namespace.path)")
    }
  }

  /// Gives this process a network of its own with nothing but a loopback device, which is up.
  public static func makeOwn() throws(SystemError) {
    guard jenner_own_network() == 0 else { throw SystemError("make a network of its own") }
  }

  /// More networks than this are not looked into.
  private static let limit = 1_000

  /// The network namespaces of other processes, one path for each, as far as they may be seen.
  static func others() -> [NetworkNamespace] {
    let host = LinuxHost()
    var known: Set<UInt64> = []
    if let own = try? host.networkNamespace(at: "/proc/self/ns/net") { known.insert(own.inode) }
    var found: [NetworkNamespace] = []
    for name in (try? Directory.entries(of: "/proc")) ?? [] where Int32(name) != nil {
      guard found.count < limit,
        let namespace = try? host.networkNamespace(at: "/proc/\(name)/ns/net"),
        known.insert(namespace.inode).inserted
      else { continue }
      found.append(namespace)
    }
    return found
  }

  /// Where a network namespace can be entered now; nil if nowhere: then it is gone with all that is in it.
  ///
  /// That is where it was, or by a name that it has, or by a process that is in it.
  public static func find(_ namespace: NetworkNamespace) -> NetworkNamespace? {
    let host = LinuxHost()
    let processes = ((try? Directory.entries(of: "/proc")) ?? []).filter { Int32($0) != nil }
    let names = (try? Directory.entries(of: "/run/netns")) ?? []
    let paths =
      [namespace.path] + names.map { "/run/netns/\($0)" } + processes.map { "/proc/\($0)/ns/net" }
    return paths.lazy.compactMap { try? host.networkNamespace(at: $0) }
      .first { $0.inode == namespace.inode }
  }
}
