internal import Glibc

/// What to start, and with which standard streams.
public struct Launch: Sendable {
  /// Where a standard stream of the program leads.
  public enum Stream: Sendable, Hashable {
    case null
    case inherited
    /// A file that is read, or made anew and written.
    case file(String)
    /// A descriptor of this process; it stays open here.
    case descriptor(Int32)
  }

  /// The program, looked up in PATH unless it holds a slash, and its arguments.
  public var arguments: [String]
  /// The path of the program where it is not what the first argument says.
  public var executable: String?
  /// The whole environment; nil passes this process's on.
  public var environment: [String: String]?
  public var input: Stream = .null
  public var output: Stream = .null
  public var errors: Stream = .inherited

  /// Makes a launch that reads nothing, and whose errors go where this process's go.
  public init(_ arguments: [String]) {
    self.arguments = arguments
  }

  /// Starts the program in a process group of its own, with no signal blocked or ignored.
  ///
  /// Threads of Swift's pool block almost every signal and NIO ignores SIGPIPE; a child that
  /// inherited either could not be ended with SIGTERM, or would outlive its reader.
  public func start() throws(LaunchError) -> ChildProcess {
    guard let program = executable ?? arguments.first else {
      throw LaunchError(program: "", status: EINVAL)
    }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    redirect(input, to: STDIN_FILENO, mode: O_RDONLY, in: &actions)
    redirect(output, to: STDOUT_FILENO, mode: O_WRONLY | O_CREAT | O_TRUNC, in: &actions)
    redirect(errors, to: STDERR_FILENO, mode: O_WRONLY | O_CREAT | O_TRUNC, in: &actions)

    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    sigfillset(&signals)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(
      &attributes,
      Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP))

    var pid: pid_t = 0
    let status = Self.withPointers(to: arguments) { argv in
      guard let environment else {
        return posix_spawnp(&pid, program, &actions, &attributes, argv, environ)
      }
      return Self.withPointers(to: environment.map { "\($0.key)=\($0.value)" }) {
        posix_spawnp(&pid, program, &actions, &attributes, argv, $0)
      }
    }
    guard status == 0 else { throw LaunchError(program: program, status: status) }
    return ChildProcess(pid: pid)
  }

  private func redirect(
    _ stream: Stream, to number: Int32, mode: Int32,
    in actions: inout posix_spawn_file_actions_t
  ) {
    switch stream {
    case .inherited: break
    case .null:
      posix_spawn_file_actions_addopen(&actions, number, "/dev/null", O_RDWR, 0)
    case .file(let path):
      posix_spawn_file_actions_addopen(&actions, number, path, mode, 0o644)
    case .descriptor(let descriptor):
      posix_spawn_file_actions_adddup2(&actions, descriptor, number)
    }
  }

  private static func withPointers(
    to strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Int32
  ) -> Int32 {
    let pointers = strings.map { strdup($0) }
    defer { for pointer in pointers { free(pointer) } }
    return body(pointers + [nil])
  }
}

/// Why a program could not be started.
public struct LaunchError: Error, Sendable, Hashable, CustomStringConvertible {
  public var program: String
  /// An error number of errno(3).
  public var status: Int32

  /// Makes an error.
  public init(program: String, status: Int32) {
    self.program = program
    self.status = status
  }

  public var description: String {
    "can't start '\(program)': \(String(cString: strerror(status)))"
  }
}
