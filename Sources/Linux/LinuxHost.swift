internal import Glibc
internal import Synchronization
public import Model

/// This machine, as /proc shows it.
public final class LinuxHost: Host {
  let proc: String
  private let userNames = Mutex<[UInt32: String?]>([:])

  /// Makes the host; tests give another root than `/proc`.
  public init(proc: String = "/proc") {
    self.proc = proc
  }

  /// Every process but kernel threads, in the order of their ids.
  ///
  /// One that ends while it is read is left out.
  public func processes() throws(HostError) -> [ProcessFacts] {
    processIDs(try entries(of: proc)).compactMap { process($0) }
  }

  /// One process; nil if there is none now, or if it is a kernel thread.
  public func process(_ pid: Int32) -> ProcessFacts? {
    guard pid > 0, let status = status(pid), !status.isKernelThread else { return nil }
    let folder = "\(proc)/\(pid)"
    let details = (try? text("\(folder)/status")) ?? ""
    let user = Self.userID(details)
    let cgroups = (try? text("\(folder)/cgroup")) ?? ""
    let facts = ProcessFacts(
      identity: ProcessIdentity(pid: pid, startTime: status.startTime), parent: status.parent,
      state: status.state, commandLine: commandLine(of: pid),
      executable: Self.link("\(folder)/exe"), userID: user, userName: userName(user),
      cgroups: cgroups.split(separator: "\n").map(Self.cgroupPath),
      tracer: Self.tracer(details))
    // What was read belongs to this process only if the id was not given to another meanwhile.
    return self.status(pid)?.startTime == status.startTime ? facts : nil
  }

  /// Whether a process is known to have ended.
  ///
  /// That /proc can't be read, for want of memory or descriptors, does not make it so.
  public func hasEnded(_ process: ProcessIdentity) -> Bool {
    if let status = status(process.pid) {
      return status.startTime != process.startTime || status.state == "Z" || status.state == "X"
    }
    return kill(process.pid, 0) != 0 && errno == ESRCH
  }

  /// The state letters of all threads of a process; empty if there is none.
  public func threadStates(of pid: Int32) -> [String] {
    let threads = (try? Directory.entries(of: "\(proc)/\(pid)/task")) ?? []
    return processIDs(threads).compactMap { status($0, under: "\(proc)/\(pid)/task")?.state }
  }

  /// The text of a small file: at most `Limits.outputSize` bytes.
  public func contents(of path: String) throws(HostError) -> String {
    do throws(SystemError) {
      return try text(path)
    } catch {
      throw HostError(error.description)
    }
  }

  /// The identity of a process; nil if there is none.
  public func identity(of pid: Int32) -> ProcessIdentity? {
    status(pid).map { ProcessIdentity(pid: pid, startTime: $0.startTime) }
  }

  /// The state letter of a process; nil if it is not, or no longer, the one named.
  public func state(of process: ProcessIdentity) -> String? {
    guard let status = status(process.pid), status.startTime == process.startTime else {
      return nil
    }
    return status.state
  }

  /// The processes that have a variable in their environment, with its value, as far as their
  /// environments may be read.
  ///
  /// Anyone may start a process with any environment; `user` leaves out those of other real users.
  public func environments(
    of name: String, ofUser user: UInt32? = nil
  ) -> [(process: ProcessIdentity, value: String)] {
    processIDs((try? entries(of: proc)) ?? []).compactMap { pid in
      guard let identity = identity(of: pid), let value = variable(name, of: pid),
        user == nil || realUser(of: pid) == user
      else { return nil }
      return (identity, value)
    }
  }

  /// A variable of a process's environment; nil if it has none, or it may not be read.
  func variable(_ name: String, of pid: Int32) -> String? {
    let start = Array("\(name)=".utf8)
    let bytes = (try? FileContents.bytes(of: "\(proc)/\(pid)/environ", limit: Self.limit)) ?? []
    return bytes.split(separator: 0).first { $0.starts(with: start) }
      .map { String(decoding: $0.dropFirst(start.count), as: UTF8.self) }
  }

  /// Whether a process runs that was started by one of these names with one of these arguments.
  ///
  /// One whose command line may not be read, or which has ended and waits for its parent, counts as none.
  public func isRunning(_ programs: Set<String>, withAnyOf arguments: [String]) -> Bool {
    processIDs((try? entries(of: proc)) ?? []).contains { pid in
      let words = commandLine(of: pid)
      guard let program = words.first, programs.contains(program) else { return false }
      return words.dropFirst().contains { arguments.contains($0) }
    }
  }

  /// The command line of a process; empty where it may not be read, and behind its end.
  private func commandLine(of pid: Int32) -> [String] {
    let path = "\(proc)/\(pid)/cmdline"
    return Self.arguments((try? FileContents.bytes(of: path, limit: Self.limit)) ?? [])
  }

  private func realUser(of pid: Int32) -> UInt32? {
    let status = (try? text("\(proc)/\(pid)/status")) ?? ""
    return Self.fields(of: "Uid:", in: status)?.dropFirst().first.flatMap { UInt32($0) }
  }

  // MARK: Reading

  static let limit = Limits.outputSize

  func entries(of path: String) throws(HostError) -> [String] {
    do throws(SystemError) {
      return try Directory.entries(of: path)
    } catch {
      throw HostError(error.description)
    }
  }

  func processIDs(_ names: [String]) -> [Int32] {
    names.compactMap { Int32($0) }.sorted()
  }

  func status(_ pid: Int32, under folder: String? = nil) -> ProcessStatus? {
    let path = "\(folder ?? proc)/\(pid)/stat"
    return (try? FileContents.bytes(of: path, limit: 8192)).flatMap { ProcessStatus(line: $0) }
  }

  private func text(_ path: String) throws(SystemError) -> String {
    String(decoding: try FileContents.bytes(of: path, limit: Self.limit), as: UTF8.self)
  }

  /// Where a symbolic link leads; nil if there is none.
  public static func link(_ path: String) -> String? {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Int(PATH_MAX)) { buffer in
      let count = buffer.withMemoryRebound(to: CChar.self) {
        $0.baseAddress.map { readlink(path, $0, Int(PATH_MAX)) } ?? -1
      }
      guard count >= 0 else { return nil }
      return String(decoding: buffer[0..<count], as: UTF8.self)
    }
  }

  private static func arguments(_ bytes: [UInt8]) -> [String] {
    guard !bytes.isEmpty else { return [] }
    let ended = bytes.last == 0 ? bytes.dropLast() : bytes[...]
    return ended.split(separator: 0, omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
  }

  /// The path of a line `hierarchy:controllers:path`.
  private static func cgroupPath(_ line: Substring) -> String {
    String(line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false).last ?? "")
  }

  /// The effective user id, by the `Uid:` line of proc_pid_status(5).
  private static func userID(_ status: String) -> UInt32 {
    guard let fields = fields(of: "Uid:", in: status), fields.count > 2 else { return UInt32.max }
    return UInt32(fields[2]) ?? UInt32.max
  }

  /// The tracing process, by the `TracerPid:` line of proc_pid_status(5).
  static func tracer(_ status: String) -> Int32? {
    fields(of: "TracerPid:", in: status)?.dropFirst().first.flatMap { Int32($0) }
      .flatMap { $0 == 0 ? nil : $0 }
  }

  private static func fields(of label: String, in status: String) -> [Substring]? {
    status.split(separator: "\n").first { $0.hasPrefix(label) }?
      .split(whereSeparator: { $0 == "\t" || $0 == " " })
  }

  private func userName(_ id: UInt32) -> String? {
    userNames.withLock { names in
      if let known = names[id] { return known }
      let name = Users.name(of: id)
      names[id] = .some(name)
      return name
    }
  }
}

/// The users of the machine, by getpwuid_r(3).
public enum Users {
  /// The home of this user: `$HOME`, or what the user database says.
  public static var home: String {
    if let home = CommandEnvironment.variable("HOME"), home.hasPrefix("/") { return home }
    return field(of: geteuid(), \.pw_dir) ?? "/nonexistent"
  }

  /// The name of a user; nil if the user database has none.
  public static func name(of id: UInt32) -> String? { field(of: id, \.pw_name) }

  static func id(of name: String) -> UInt32? {
    var entry = passwd()
    var found: UnsafeMutablePointer<passwd>?
    return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 16_384) { buffer in
      guard let base = buffer.baseAddress,
        getpwnam_r(name, &entry, base, buffer.count, &found) == 0, found != nil
      else { return nil }
      return entry.pw_uid
    }
  }

  private static func field(
    of id: UInt32, _ text: KeyPath<passwd, UnsafeMutablePointer<CChar>?>
  ) -> String? {
    var entry = passwd()
    var found: UnsafeMutablePointer<passwd>?
    return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 16_384) { buffer in
      guard let base = buffer.baseAddress,
        getpwuid_r(id, &entry, base, buffer.count, &found) == 0, found != nil,
        let value = entry[keyPath: text]
      else { return nil }
      return String(cString: value)
    }
  }
}
