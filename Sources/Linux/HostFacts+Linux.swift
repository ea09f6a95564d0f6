internal import Glibc
public import Model

extension HostFacts {
  /// What uname(2) and the user database say of this machine.
  public static func current() -> HostFacts {
    var names = utsname()
    uname(&names)
    let user = geteuid()
    return HostFacts(
      hostname: text(of: names.nodename), kernel: text(of: names.release),
      architecture: text(of: names.machine), user: Users.name(of: user) ?? String(user),
      version: JennerVersion.text)
  }

  private static func text<Characters>(of characters: Characters) -> String {
    withUnsafeBytes(of: characters) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }
}

/// What distinguishes this boot and this view of the machine from others.
public enum HostIdentity {
  /// The id of this boot; identities of processes mean nothing in another.
  public static var bootID: String {
    let bytes = (try? FileContents.bytes(of: "/proc/sys/kernel/random/boot_id", limit: 100)) ?? []
    return String(decoding: bytes.filter { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
  }

  /// The inode of this process's pid namespace, in which process ids have their meaning.
  public static var pidNamespace: UInt64 {
    var status = stat()
    return stat("/proc/self/ns/pid", &status) == 0 ? UInt64(status.st_ino) : 0
  }

  /// The machine's first pid namespace, from which every other is seen: PROC_PID_INIT_INO of Linux.
  private static let firstPIDNamespace: UInt64 = 0xEFFF_FFFC

  /// Whether a pid namespace is known to have ended; false where that can't be known.
  ///
  /// It is where we see every process of this machine, and none is in it.
  public static func hasEnded(pidNamespace inode: UInt64) -> Bool {
    // Where other users' processes are hidden (hidepid of proc(5)) process 1 is too.
    var first = stat()
    guard pidNamespace == firstPIDNamespace, stat("/proc/1/ns/pid", &first) == 0,
      UInt64(first.st_ino) == firstPIDNamespace, let names = try? Directory.entries(of: "/proc")
    else { return false }
    for name in names where Int32(name) != nil {
      var status = stat()
      if stat("/proc/\(name)/ns/pid", &status) == 0 {
        if UInt64(status.st_ino) == inode { return false }
      } else if errno != ENOENT && errno != ESRCH {
        return false
      }
    }
    return true
  }
}
