/// A command as data, so that any process can run it later.
public struct Command: Sendable, Hashable, Codable {
  /// The program and its arguments; the program is looked up in PATH.
  public var argv: [String]
  /// Added to a minimal environment (PATH, HOME, LANG, TERM=dumb).
  public var environment: [String: String]
  public var input: String?
  /// In seconds; when it is over, the command's whole process group is killed.
  public var timeoutSeconds: Double
  /// Capabilities that the command keeps, such as `cap_net_admin`.
  public var capabilities: [String]

  /// Makes a command.
  public init(
    argv: [String], timeout: Duration = .seconds(60), capabilities: [String] = []
  ) {
    self.argv = argv
    environment = [:]
    input = nil
    timeoutSeconds = timeout.seconds
    self.capabilities = capabilities
  }

  /// The time that the command may take.
  ///
  /// Kept within limits whatever a message or a ledger says.
  public var timeout: Duration {
    let most = Limits.duration.seconds
    return .seconds(timeoutSeconds.isFinite ? min(max(timeoutSeconds, 0), most) : most)
  }

  /// The command as a shell would accept it, for a reader to copy.
  public var shown: String { argv.map(\.shellQuoted).joined(separator: " ") }

  private enum CodingKeys: String, CodingKey {
    case argv, environment, input, capabilities
    case timeoutSeconds = "timeout_seconds"
  }
}

/// How a command ended and what it wrote.
public struct CommandResult: Sendable, Hashable, Codable {
  /// How a command ended.
  public enum Ending: Sendable, Hashable, Codable {
    case exited(Int32)
    case signalled(Int32)
    case timedOut
    /// It could not be started, for the reason given.
    case notStarted(String)
  }

  public var ending: Ending
  /// At most `Limits.outputSize` bytes, decoded as UTF-8 with replacement.
  public var output: String
  public var errors: String
  /// From the start to the end, in seconds.
  public var elapsedSeconds: Double

  /// Makes a result.
  public init(ending: Ending, output: String = "", errors: String = "", elapsed: Duration = .zero) {
    self.ending = ending
    self.output = output
    self.errors = errors
    elapsedSeconds = elapsed.seconds
  }

  /// The result with no more than the ends of its output, which is what a record keeps.
  public var excerpt: CommandResult {
    var result = self
    result.output = String(output.suffix(4 * Limits.excerptLength))
    result.errors = String(errors.suffix(4 * Limits.excerptLength))
    return result
  }

  /// Whether it exited with status zero.
  public var isSuccess: Bool { ending == .exited(0) }

  /// How it ended, in words.
  public var summary: String {
    switch ending {
    case .exited(let status): "exited \(status)"
    case .signalled(let signal): "ended by signal \(signal)"
    case .timedOut: "timed out"
    case .notStarted(let reason): "could not be started: \(reason)"
    }
  }

  private enum CodingKeys: String, CodingKey {
    case ending, output, errors
    case elapsedSeconds = "elapsed_seconds"
  }
}

extension String {
  /// The text as one word of a POSIX shell.
  public var shellQuoted: String {
    let plain =
      !isEmpty
      && unicodeScalars.allSatisfy {
        $0.isASCII
          && ($0.properties.isAlphabetic || ("0"..."9").contains($0)
            || "-_./:=@%+,".unicodeScalars.contains($0))
      }
    return plain
      ? self
      : "'" + split(separator: "'", omittingEmptySubsequences: false).joined(separator: #"'\''"#)
        + "'"
  }
}
