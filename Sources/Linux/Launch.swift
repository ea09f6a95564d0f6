internal import CLinux
internal import Glibc
public import Model

/// What to launch, and how: the Swift face of the launcher in C.
public struct Launch: Sendable {
  /// The process group and session of what is launched.
  public enum Group: Sendable {
    case caller
    case own
    /// A session of its own, so that no terminal reaches it.
    case session
  }

  /// The capabilities of what is launched.
  public enum Privileges: Sendable, Hashable {
    /// Those of the caller.
    case inherited
    /// Exactly these, by name, in all five sets.
    case exactly([String])
  }

  /// A limit of setrlimit(2).
  public struct ResourceLimit: Sendable {
    public var resource: Int32
    public var soft: UInt64
    public var hard: UInt64

    /// Makes a limit.
    public init(resource: Int32, soft: UInt64, hard: UInt64) {
      self.resource = resource
      self.soft = soft
      self.hard = hard
    }
  }

  public var argv: [String]
  /// The path of the program, if it is another than `argv[0]` names.
  public var program: String?
  public var environment: [String: String]
  public var directory: String?
  public var group: Group = .own
  public var privileges: Privileges = .inherited
  /// Descriptor `i` of the child is a copy of entry `i`, or /dev/null where that is nil.
  public var descriptors: [Int32?] = [nil, nil, nil]
  /// By default what was raised for this program alone is given back.
  public var limits: [ResourceLimit] = DescriptorLimit.forChildren
  /// The signal that the child gets when the calling thread ends.
  public var parentDeathSignal: Signal?

  /// Makes a launch of a program, which is looked up in the PATH of its environment.
  public init(argv: [String], environment: [String: String]) {
    self.argv = argv
    self.environment = environment
  }

  /// A process that has been launched; whoever launched it must reap it and close its descriptor.
  public struct Launched: Sendable {
    public let pid: Int32
    public let pidfd: Int32
  }

  /// Launches; returns once the program is executed.
  public func start() throws(SystemError) -> Launched {
    let path = try executablePath()
    let mask: UInt64
    switch privileges {
    case .inherited: mask = 0
    case .exactly(let names): mask = try Capabilities.mask(of: names)
    }
    let variables = environment.map { "\($0.key)=\($0.value)" }
    guard !(argv + variables).contains(where: { $0.utf8.contains(0) }) else {
      throw SystemError("run \(argv.first ?? "")", code: EINVAL)
    }
    var request = jenner_launch()
    request.new_session = group == .session
    request.new_group = group == .own
    request.exact_capabilities = privileges != .inherited
    request.capabilities = mask
    request.parent_death_signal = parentDeathSignal?.number ?? 0
    let sources = descriptors.map { $0 ?? -1 }
    let cLimits = limits.map { jenner_limit(resource: $0.resource, soft: $0.soft, hard: $0.hard) }
    let failure: SystemError? = withCStrings(argv) { cArgv in
      withCStrings(variables) { cEnvironment in
        path.withCString { cPath in
          withOptionalCString(directory) { cDirectory in
            sources.withUnsafeBufferPointer { sources in
              cLimits.withUnsafeBufferPointer { limits in
                request.path = cPath
                request.argv = cArgv
                request.environment = cEnvironment
                request.directory = cDirectory
                request.descriptors = sources.baseAddress
                request.descriptor_count = Int32(sources.count)
                request.limits = limits.baseAddress
                request.limit_count = Int32(limits.count)
                guard jenner_launch(&request) != 0 else { return nil }
                return SystemError(Self.tried(request.failed_stage, path, directory))
              }
            }
          }
        }
      }
    }
    if let failure { throw failure }
    return Launched(pid: request.pid, pidfd: request.pidfd)
  }

  private static func tried(
    _ stage: jenner_launch_stage, _ path: String, _ directory: String?
  ) -> String {
    switch stage {
    case JENNER_LAUNCH_SESSION: "make a process group for \(path)"
    case JENNER_LAUNCH_DESCRIPTORS: "connect the descriptors of \(path)"
    case JENNER_LAUNCH_DIRECTORY: "change to directory \(directory ?? "")"
    case JENNER_LAUNCH_LIMITS: "set the limits of \(path)"
    case JENNER_LAUNCH_CAPABILITIES: "set the capabilities of \(path)"
    case JENNER_LAUNCH_PARENT: "bind \(path) to its parent's life"
    case JENNER_LAUNCH_EXEC: "run \(path)"
    default: "start \(path)"
    }
  }

  /// Finds the program as execvp(3) would, but never hands a file without `#!` to a shell.
  private func executablePath() throws(SystemError) -> String {
    if let program { return program }
    guard let program = argv.first, !program.isEmpty else {
      throw SystemError("run an empty command", code: EINVAL)
    }
    if program.contains("/") { return program }
    let path = environment["PATH"] ?? CommandEnvironment.standardPath
    var code = ENOENT
    for directory in path.split(separator: ":") {
      let candidate = "\(directory)/\(program)"
      if access(candidate, X_OK) == 0, !isDirectory(candidate) { return candidate }
      if errno == EACCES { code = EACCES }
    }
    throw SystemError("find \(program) in PATH (\(path))", code: code)
  }

  private func isDirectory(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }
}

/// The environment of the commands that we run.
public enum CommandEnvironment {
  /// Where the tools of administrators are, which are not in every user's PATH.
  public static var toolPath: String { standardPath }

  static let standardPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

  /// PATH and HOME of this program, `LANG=C.UTF-8` and `TERM=dumb`: the same on every machine, and
  /// without what happened to be set where we were started.
  public static var minimal: [String: String] {
    [
      "PATH": variable("PATH") ?? standardPath, "HOME": variable("HOME") ?? "/",
      "LANG": "C.UTF-8", "TERM": "dumb",
    ]
  }

  /// A variable of this program's environment.
  public static func variable(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
  }
}

/// Calls `body` with a NULL-terminated array of C strings.
private func withCStrings<Result>(
  _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
) -> Result {
  var bytes: [CChar] = []
  var offsets: [Int] = []
  for string in strings {
    offsets.append(bytes.count)
    bytes.append(contentsOf: string.utf8CString)
  }
  // One terminator more, so that an empty list has an address too.
  bytes.append(0)
  return bytes.withUnsafeMutableBufferPointer { bytes in
    let pointers: [UnsafeMutablePointer<CChar>?] =
      offsets.map { offset in bytes.baseAddress.map { $0 + offset } } + [nil]
    return pointers.withUnsafeBufferPointer { pointers in
      // The array holds at least its terminator, so it has an address.
      pointers.baseAddress.map(body) ?? body([nil])
    }
  }
}

private func withOptionalCString<Result>(
  _ string: String?, _ body: (UnsafePointer<CChar>?) -> Result
) -> Result {
  guard let string else { return body(nil) }
  return string.withCString { body($0) }
}

/// Children that were launched.
public enum ChildProcess {
  /// Has the kernel kill this process when the thread that started it ends: PR_SET_PDEATHSIG.
  public static func endWithParent() throws(SystemError) {
    guard jenner_end_with_parent() == 0 else {
      throw SystemError("bind this process to its parent")
    }
  }

  /// How a child ended, once it is reaped; nil if it has not ended.
  public static func reap(_ child: Launch.Launched) -> CommandResult.Ending? {
    var status: Int32 = 0
    var isSignalled = false
    switch jenner_reap(child.pidfd, &status, &isSignalled) {
    case 0: return nil
    case 1: return isSignalled ? .signalled(status) : .exited(status)
    // Someone else has reaped it; all that is known is that it has ended.
    default: return .exited(-1)
    }
  }
}
