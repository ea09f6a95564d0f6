public import Model

/// Runs a command and judges how it ends and what it writes.
///
/// Its value is the number at `value` in the JSON that it writes, or its whole standard output if that
/// is one number. Anything else is no value, and never zero.
public struct CommandProbe: Probe {
  public static let name = "command"
  public static let summary = "run a command and judge its exit status and output"
  public static let examples = [
    Example(
      "The web server's configuration stays valid",
      """
      - name: configuration
        command: {run: [nginx, -t], timeout: 5s}
        every: 5s
        tolerance: {success: {min: 95%}}
      """),
    Example(
      "The replica keeps up; its lag is the command's output",
      """
      - name: lag
        command:
          run: [psql, -tAc, "select extract(epoch from now() - pg_last_xact_replay_timestamp())"]
          env: {PGHOST: db-2.staging}
          timeout: 2s
        every: 5s
        tolerance: {value: {max: 30}}
      """),
    Example(
      "Every node is ready, as JSON says",
      """
      - name: nodes
        command:
          run: [kubectl, get, deployment, shop, -o, json]
          value: status.readyReplicas
          expect: {exit: 0, json: {metadata.name: shop}}
        every: 2s
        tolerance: {min: {min: 3}}
      """),
  ]

  public let timeout: Duration
  private let run: Arguments
  private let environment: [String: SecretText]
  private let input: SecretText?
  private let valuePath: JSONPath?
  private let expect: CommandExpectation

  public init(_ fields: inout Fields) {
    run = fields.required("run", "command and arguments; no shell is involved")
    environment = fields.value(
      "env", "environment of the command; secrets may stand here", default: [:], shown: "{}")
    input = fields.optional("stdin", "standard input of the command; secrets may stand here")
    timeout =
      fields.value(
        "timeout", "how long the command may take; then it is killed",
        default: PositiveDuration(.seconds(10)), shown: "10s"
      ).duration
    valuePath = fields.optional(
      "value", "where in the JSON output the sample's value stands; without it the output itself")
    expect = fields.value(
      "expect", "how the command must end and what it must write", default: CommandExpectation(),
      shown: "{exit: 0}")
    for name in environment.keys.sorted()
    where name.isEmpty || name.contains("=") || name.unicodeScalars.contains("\0") {
      fields.note("'\(name.limited)' can't be the name of an environment variable", at: "env")
    }
  }

  public var value: ValueKind { .sometimes }

  public func observer(using instruments: Instruments) -> any Observer {
    do {
      return CommandObserver(
        command: try command(with: instruments.secrets), run: instruments.run,
        expect: expect, stdout: expect.stdout.map(CompiledPattern.init), valuePath: valuePath,
        redaction: Redaction(secrets: instruments.secrets))
    } catch {
      return UnableObserver(reason: error.reason)
    }
  }

  private func command(with secrets: [String: String]) throws(NoAnswer) -> Command {
    var command = Command(argv: run.all, timeout: timeout)
    for (name, text) in environment {
      guard let value = text.revealed(with: secrets) else { throw .unknownSecret(in: text) }
      command.environment[name] = value
    }
    if let input {
      guard let value = input.revealed(with: secrets) else { throw .unknownSecret(in: input) }
      command.input = value
    }
    return command
  }
}

/// How a command must end and what it must write.
struct CommandExpectation: FieldSection, Hashable {
  let exit: ExpectedExit
  let stdout: Pattern?
  let json: ExpectedJSON?

  /// What is expected where the author says nothing: success.
  init() {
    exit = .success
    stdout = nil
    json = nil
  }

  init(_ fields: inout Fields) {
    exit = fields.value(
      "exit", "accepted exit statuses: one, a range, or a list", default: .success, shown: "0")
    stdout = fields.optional("stdout", "regular expression that the output must match somewhere")
    json = fields.optional("json", "values that the output, as JSON, must have at some paths")
  }
}

/// Runs one command again and again.
private struct CommandObserver: Observer {
  let command: Command
  let run: @Sendable (Command) async -> CommandResult
  let expect: CommandExpectation
  let stdout: CompiledPattern?
  let valuePath: JSONPath?
  let redaction: Redaction

  func observe() async -> Observation {
    let started = ContinuousClock.now
    let result = await run(command)
    let latency = started.duration(to: .now).seconds
    lazy var document = JSON.document(result.output.utf8)
    if let none = complaint(about: result, document: { document }) {
      return Observation(
        outcome: none.outcome, reason: redaction.apply(to: none.reason), latency: latency)
    }
    guard let valuePath else {
      return Observation(outcome: .success, value: result.output.onlyNumber, latency: latency)
    }
    let value = document.flatMap { valuePath.value(in: $0)?.double }
    let reason = value == nil ? "no value: stdout has no number at '\(valuePath.text)'" : nil
    return Observation(outcome: .success, reason: reason, value: value, latency: latency)
  }

  /// The first thing that is wrong with a result; nil if it meets all expectations.
  private func complaint(about result: CommandResult, document: () -> JSON?) -> NoAnswer? {
    switch result.ending {
    case .notStarted: return .noData(result.summary)
    case .timedOut: return .failure("no end within \(command.timeout.text)")
    case .signalled: return .failure(result.summary)
    case .exited(let status) where !expect.exit.contains(Int(status)):
      let said = result.errors.lastLine.map { ": \($0)" } ?? ""
      return .failure("exited \(status), expected \(expect.exit.text)\(said)")
    case .exited: break
    }
    if let stdout, !stdout.matches(result.output) {
      return .failure("stdout does not match '\(stdout.text)'")
    }
    guard let json = expect.json else { return nil }
    guard let document = document() else { return .failure("stdout is not JSON") }
    return json.complaint(about: document).map(NoAnswer.failure)
  }
}

extension String {
  /// The finite number that this text is, spaces around it aside.
  fileprivate var onlyNumber: Double? {
    let words = split(whereSeparator: \.isWhitespace)
    guard words.count == 1, let number = Double(words[0]), number.isFinite else { return nil }
    return number
  }

  /// The last line with something on it.
  fileprivate var lastLine: String? {
    split(whereSeparator: \.isNewline)
      .last { !$0.allSatisfy(\.isWhitespace) }
      .map(String.init)
  }
}
