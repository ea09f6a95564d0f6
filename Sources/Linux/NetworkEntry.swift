internal import CLinux
internal import Glibc
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

  /// Where a network namespace is.
  public enum Whereabouts: Sendable, Hashable {
    case at(NetworkNamespace)
    /// Nobody is in it, and it has no name: it is gone, and everything in it.
    case gone
    /// Not found where this process may look, which is not everywhere.
    case hidden
  }

  /// Finds out where a network namespace can be entered now: where it was, or by a name that it has, or
  /// by a process that is in it.
  ///
  /// The networks of other users' processes are seen with CAP_SYS_PTRACE alone: proc_pid_ns(5).
  public static func find(_ namespace: NetworkNamespace) -> Whereabouts {
    let processes = ((try? Directory.entries(of: "/proc")) ?? []).filter { Int32($0) != nil }
    guard !processes.isEmpty else { return .hidden }
    let names = (try? Directory.entries(of: "/run/netns")) ?? []
    let paths =
      [namespace.path] + names.map { "/run/netns/\($0)" } + processes.map { "/proc/\($0)/ns/net" }
    var hasSeenAll = true
    for path in paths {
      var status = stat()
      if stat(path, &status) == 0 {
        guard UInt64(status.st_ino) == namespace.inode else { continue }
        return .at(NetworkNamespace(path: path, inode: namespace.inode))
      }
      if errno != ENOENT, errno != ESRCH { hasSeenAll = false }
    }
    return hasSeenAll ? .gone : .hidden
  }
}
