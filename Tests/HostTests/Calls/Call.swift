import Model

/// A call that is answered at once, and how.
struct Call: Sendable, CustomStringConvertible {
  var arguments: [String]
  var status: Model.ExitStatus
  /// A part of what is said about it.
  var says: String

  var description: String { (["jenner"] + arguments).joined(separator: " ") }

  init(_ line: String, _ status: Model.ExitStatus, says: String) {
    arguments = line.split(separator: " ").map(String.init)
    self.status = status
    self.says = says
  }

  /// Calls that are wrong in themselves, whatever files there are.
  static let wrong = [
    Call("", .usage, says: "SUBCOMMANDS"),
    Call("valdate x.yaml", .usage, says: "did you mean 'validate'?"),
    Call("--no-such-option", .usage, says: "Unknown option '--no-such-option'"),
    Call("validate", .usage, says: "<file>"),
    Call("validate --no-such-option x", .usage, says: "--no-such-option"),
    Call("validate --format yaml x", .usage, says: "'text' and 'json'"),
    Call("validate --var a x.yaml", .usage, says: "--var name=value"),
    Call("validate --var =a x.yaml", .usage, says: "--var name=value"),
    Call("plan", .usage, says: "<file>"),
    Call("plan a.yaml b.yaml", .usage, says: "b.yaml"),
    Call("plan --seed many a.yaml", .usage, says: "--seed"),
    Call("run", .usage, says: "Name experiment files, or a plan with --plan."),
    Call("run --yes", .usage, says: "Name experiment files, or a plan with --plan."),
    Call("run a.yaml --plan b.json", .usage, says: "Name experiment files, or a plan"),
    Call("run a.yaml --rebind", .usage, says: "--rebind goes with --plan"),
    Call("run a.yaml b.yaml --plan-digest d", .usage, says: "exactly one file"),
    Call("run --var a x.yaml", .usage, says: "--var name=value"),
    Call("run --plan none.json", .usage, says: "none.json: there is no such file"),
    Call("run --plan /dev/zero", .usage, says: "/dev/zero: this is a pipe, socket or device"),
    Call("run --plan /proc", .usage, says: "/proc: this is a directory"),
    Call("report", .usage, says: "<record>"),
    Call("report none.json", .usage, says: "none.json: there is no such file"),
    Call("report /proc", .usage, says: "/proc/record.json: there is no such file"),
    Call("report /dev/zero", .usage, says: "/dev/zero: this is a pipe, socket or device"),
    Call("report none.json --format yaml", .usage, says: "unknown format 'yaml'"),
    Call("faults process.kil", .usage, says: "did you mean 'process.kill'?"),
    Call("probes htpp", .usage, says: "did you mean 'http'?"),
    Call("new --fault process.kil", .usage, says: "did you mean 'process.kill'?"),
    Call("new /proc/no/such/folder.yaml", .usage, says: "could not be made"),
  ]

  /// Calls that only ask for words.
  static let questions = [
    Call("--help", .pass, says: "SUBCOMMANDS"),
    Call("help", .pass, says: "SUBCOMMANDS"),
    Call("help run", .pass, says: "--plan-digest"),
    Call("run --help", .pass, says: "--plan-digest"),
    Call("--version", .pass, says: "0."),
    Call("faults", .pass, says: "process.kill"),
    Call("faults process.kill", .pass, says: "signal"),
    Call("probes", .pass, says: "prometheus"),
    Call("probes http", .pass, says: "timeout"),
    Call("schema", .pass, says: "steady-state-hypothesis"),
    Call("new", .pass, says: "version: 1"),
  ]
}
