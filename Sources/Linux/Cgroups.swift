internal import Glibc

/// The cgroups of this machine, of both versions.
public enum Cgroups {
  /// Whether a cgroup belongs to a user; anyone may name one in a part that is theirs.
  public static func isOwned(_ path: String, by user: UInt32) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR && status.st_uid == user
  }

  /// Where hierarchies are mounted, by proc_pid_mounts(5).
  public static var roots: [String] {
    let bytes = (try? FileContents.bytes(of: "/proc/self/mounts", limit: 16 << 20)) ?? []
    return roots(in: String(decoding: bytes, as: UTF8.self))
  }

  static func roots(in mounts: String) -> [String] {
    mounts.split(separator: "\n").compactMap { line in
      let fields = line.split(separator: " ")
      guard fields.count > 2, fields[2] == "cgroup2" || fields[2] == "cgroup" else { return nil }
      return String(fields[1])
    }
  }

  /// The paths of all cgroups below a hierarchy's root; nil if they are more than `limit`.
  public static func paths(below root: String, limit: Int) -> [String]? {
    var paths: [String] = []
    var waiting = [root]
    while let path = waiting.popLast() {
      let inner = Directory.folders(in: path).map { "\(path)/\($0)" }
      paths += inner
      waiting += inner
      guard paths.count <= limit else { return nil }
    }
    return paths
  }

  /// Whether no process is in a cgroup; nil if it is gone.
  public static func isEmpty(_ path: String) -> Bool? {
    (try? FileContents.bytes(of: "\(path)/cgroup.procs", limit: 1 << 20))?.isEmpty
  }
}
