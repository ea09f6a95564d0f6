internal import Glibc
internal import Linux

/// A cgroup of the guardian's own, so that whoever ends the agent's cgroup does not end it as well.
///
/// Only version 2 has a kill switch for whole cgroups, so only there it matters. It is a sibling of
/// the agent's, since the end of a cgroup is the end of those below it.
struct GuardianCgroup {
  /// Why there is none; nil if there is one.
  let note: String?
  private let folder: String?
  private let home: String?

  static let prefix = "jenner-guardian-"

  /// Why there will be none, as far as reading can tell; nil where it seems to be permitted.
  ///
  /// It says nothing of what may differ between a plan and its run, such as the name of a session. A guardian
  /// has no capability that the plan does not need, so that the modes of files hold for it as root too.
  static var obstacle: String? {
    guard let root = mountPoint(), let own = ownPath() else {
      return refused("cgroup version 2 is not mounted").note
    }
    let parent = root + parent(of: own)
    guard isWritable(parent), isWritable(parent + "/cgroup.procs") else {
      return refused("none can be made beside that one, so that whoever kills it kills both").note
    }
    return nil
  }

  private static func isWritable(_ path: String) -> Bool {
    var status = stat()
    var system = statvfs()
    guard stat(path, &status) == 0, statvfs(path, &system) == 0,
      system.f_flag & UInt(ST_RDONLY) == 0
    else { return false }
    if status.st_uid == geteuid() { return status.st_mode & S_IWUSR != 0 }
    return status.st_mode & (status.st_gid == getegid() ? S_IWGRP : S_IWOTH) != 0
  }

  private static func parent(of path: String) -> String {
    path == "/" ? "" : String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
  }

  /// Moves this process into a cgroup of its own, where that is permitted.
  static func enter() -> GuardianCgroup {
    guard let root = mountPoint(), let own = ownPath() else {
      return refused("cgroup version 2 is not mounted")
    }
    let folder = "\(root)\(parent(of: own))/\(prefix)\(getpid())"
    guard mkdir(folder, 0o755) == 0 else {
      return refused(SystemError("make \(folder)").description)
    }
    guard write(getpid(), to: "\(folder)/cgroup.procs") else {
      let reason = SystemError("enter \(folder)").description
      rmdir(folder)
      return refused(reason)
    }
    return GuardianCgroup(note: nil, folder: folder, home: root + own)
  }

  /// Moves back, and removes the cgroup.
  func leave() {
    guard let folder, let home else { return }
    // The agent's cgroup may be gone; then the one above it will do.
    let above = home.lastIndex(of: "/").map { String(home[..<$0]) } ?? home
    for target in [home, above] where Self.write(getpid(), to: "\(target)/cgroup.procs") { break }
    rmdir(folder)
  }

  /// The cgroups of this user's guardians that were killed: nobody is in them.
  ///
  /// Those of others, root's among them, are not this user's to clear, and no reason to refuse a run.
  /// One that is just made, or just left, is empty for a moment too; so they are looked at twice.
  static func abandoned() -> [String] {
    let first = empty()
    guard !first.isEmpty else { return [] }
    usleep(100_000)
    return empty().filter(first.contains)
  }

  private static func empty() -> [String] {
    guard let root = mountPoint() else { return [] }
    var found: [String] = []
    var waiting = [(path: root, depth: 0)]
    while let (path, depth) = waiting.popLast(), found.count < 1000 {
      for name in (try? Directory.entries(of: path)) ?? [] {
        let inner = "\(path)/\(name)"
        // Only directories have members, and only those of guardians matter.
        guard let members = try? FileContents.bytes(of: inner + "/cgroup.procs", limit: 1 << 20)
        else { continue }
        if name.hasPrefix(prefix), members.isEmpty, Cgroups.isOwned(inner, by: geteuid()) {
          found.append(inner)
        }
        if depth < depthLimit { waiting.append((inner, depth + 1)) }
      }
    }
    return found
  }

  /// Deeper than any service manager nests.
  private static let depthLimit = 8

  /// Removes an empty cgroup.
  static func remove(_ path: String) {
    rmdir(path)
  }

  private static func refused(_ reason: String) -> GuardianCgroup {
    GuardianCgroup(
      note: "the guardian shares the agent's cgroup: \(reason)", folder: nil, home: nil)
  }

  private static func write(_ pid: Int32, to path: String) -> Bool {
    let descriptor = open(path, O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    let text = Array("\(pid)\n".utf8)
    return Glibc.write(descriptor, text, text.count) == text.count
  }

  private static func mountPoint() -> String? {
    let bytes = (try? FileContents.bytes(of: "/proc/self/mounts", limit: 1 << 20)) ?? []
    for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
      let fields = line.split(separator: " ")
      if fields.count > 2, fields[2] == "cgroup2" { return String(fields[1]) }
    }
    return nil
  }

  private static func ownPath() -> String? {
    let bytes = (try? FileContents.bytes(of: "/proc/self/cgroup", limit: 1 << 16)) ?? []
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    return lines.first { $0.hasPrefix("0::") }.map { String($0.dropFirst(3)) }
  }
}
