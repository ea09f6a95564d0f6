extension BadInput {
  /// A sound experiment, of which the table's are variations.
  static let sound = ExperimentText(
    baseline: "5s", probes: [ExperimentText.truth],
    method: ["{fault: process.kill, targets: {executable: no-such-program}, for: 5s}"])

  static let all = files + yaml + names + amounts + tolerances + secrets + traffic

  /// What is no text.
  private static let files = [
    BadInput("no file", .nothing, says: "no such file", cure: "check the path"),
    BadInput("a directory", .folder, says: "directory", cure: "name a file"),
    BadInput("a pipe", .pipe, says: "pipe", cure: "- for standard input"),
    BadInput("50 MB", .size(50 << 20), says: "256 KiB", cure: "name a smaller file"),
    BadInput("an empty file", "", says: "empty", cure: "jenner new"),
    BadInput("comments only", "# nothing\n", says: "empty", cure: "jenner new"),
    BadInput(
      "Latin-1", .bytes(Array("version: 1\ntitle: caf".utf8) + [0xE9, 0x0A]), at: "2:11",
      says: "not UTF-8", cure: "save the file as UTF-8"),
    BadInput(
      "a NUL", .bytes(Array("title: ".utf8) + [0]), at: "1:8", says: "control character",
      cure: "remove it"),
  ]

  /// What is no YAML, or none that an experiment needs.
  private static let yaml = [
    BadInput(
      "5,000 open brackets", String(repeating: "[", count: 5_000), at: "1:129",
      says: "nested too deeply", cure: "nest less"),
    BadInput(
      "5,000 lists in lists", String(repeating: "- ", count: 5_000) + "x", at: "1:1999",
      says: "nested too deeply", cure: "nest less"),
    BadInput(
      "aliases of aliases", bomb, at: "5:20", says: "counting what aliases stand for",
      cure: "use fewer aliases"),
    BadInput(
      "a key twice", sound.with { $0.fields = ["owner: first", "'owner': second"] },
      from: "'owner'", says: "'owner' stands twice", cure: "keep one of them"),
    BadInput(
      "a tab", sound.with { $0.fields = ["hosts:", "\tdb: {ssh: db}"] }, from: "\tdb",
      says: "a tab can't indent", cure: "indent with spaces"),
    BadInput(
      "unquoted ${}", sound.with { $0.probes = ["{name: p, http: {url: ${shop}/x}}"] },
      from: "{shop}", says: "expected ',' or '}'", cure: #"quote it: "${shop}/x""#),
    BadInput(
      "unquoted {{}}", sound.with { $0.probes = ["{name: p, http: {url: {{shop}}/x}}"] },
      from: "/x", says: "expected ',' or '}'", cure: #"quote it: "{{shop}}/x""#),
    BadInput(
      "a list", "- version: 1\n", at: "1:1", says: "not a list", cure: "start with 'version: 1'"),
    BadInput(
      "nothing that is healthy", "version: 1\ntitle: t\nmethod: []\n", at: "1:1",
      says: "missing 'steady-state-hypothesis'", cure: "add 'steady-state-hypothesis:'"),
  ]

  /// Names of nothing.
  private static let names = [
    BadInput(
      "a misspelt key", sound.with { $0.fields = ["ownr: me"] }, from: "ownr",
      says: "unknown field 'ownr'", cure: "did you mean 'owner'?"),
    BadInput(
      "a misspelt fault",
      sound.with { $0.method = ["{fault: process.kil, targets: {executable: x}, for: 5s}"] },
      from: "process.kil", says: "unknown fault 'process.kil'",
      cure: "did you mean 'process.kill'?"),
    BadInput(
      "a misspelt parameter",
      sound.with {
        $0.method = [
          "{fault: process.kill, targets: {executable: x}, with: {singal: KILL}, for: 5s}"
        ]
      }, from: "singal", says: "unknown field 'singal'", cure: "did you mean 'signal'?"),
    BadInput(
      "a misspelt kind of probe", sound.with { $0.probes = ["{name: p, comand: {run: [x]}}"] },
      from: "comand", says: "unknown field 'comand'", cure: "did you mean 'command'?"),
    BadInput(
      "a misspelt probe",
      sound.with {
        $0.method = ["{run: [x], expect: [{probe: thruth, within: 5s, success: {min: 90%}}]}"]
      }, from: "thruth", says: "unknown probe 'thruth'", cure: "did you mean 'truth'?"),
    BadInput(
      "a misspelt host",
      sound.with {
        $0.method = ["{fault: process.kill, host: bd-1, targets: {executable: x}, for: 5s}"]
        $0.fields = ["hosts: {db-1: {ssh: db-1}}"]
      }, from: "bd-1", says: "unknown host 'bd-1'", cure: "db-1"),
    BadInput(
      "an undefined ${}",
      sound.with {
        $0.probes = ["{name: p, http: {url: \"${ulr}\"}}"]
        $0.fields = ["configuration: {url: \"http://127.0.0.1/\"}"]
      }, from: "\"${ulr}\"", says: "'${ulr}'", cure: "did you mean '${url}'?"),
    BadInput(
      "two probes of one name",
      sound.with { $0.probes = [ExperimentText.truth, "{name: 'truth', command: {run: [x]}}"] },
      from: "'truth'", says: "two probes are named 'truth'", cure: "rename one of them"),
    BadInput(
      "an override of nothing", sound, arguments: ["--var", "nosuch=1"],
      says: "--var nosuch", cure: "declare it under 'configuration:'"),
  ]

  /// Times that can't be.
  private static let amounts = [
    BadInput(
      "no unit", sound.with { $0.method = ["wait: 12"] }, from: "12", says: "not a duration",
      cure: "add a unit: '12s'"),
    BadInput(
      "a wrong unit", sound.with { $0.baseline = "64MiB" }, from: "64MiB", says: "not a duration",
      cure: "units: ns us ms s m h d"),
    BadInput(
      "a share as a latency",
      sound.with {
        $0.probes = ["{name: p, command: {run: [x]}, tolerance: {p95: {max: 5%}}}"]
      }, from: "5%}", says: "'5%' is not a limit of p95", cure: "write a duration"),
    BadInput(
      "a negative duration",
      sound.with { $0.method = ["{fault: process.kill, targets: {executable: x}, for: -1s}"] },
      from: "-1s", says: "'-1s' is negative", cure: "expected a duration"),
    BadInput(
      "no duration at all", sound.with { $0.method = ["wait: 0h"] }, from: "0h",
      says: "a duration of zero", cure: "write one above zero"),
    BadInput(
      "asked less often than a phase is long",
      sound.with {
        $0.probes = [
          "{name: p, command: {run: [x]}, every: 6s, tolerance: {success: {min: 90%}}}"
        ]
      }, from: "6s", says: "longer than the", cure: "ask more often"),
  ]

  /// Tolerances that say nothing.
  private static let tolerances = [
    tolerance(
      "that can't fail", "success: {min: 0%}", from: "0%", says: "can never fail",
      cure: "name a limit that could be missed"),
    tolerance(
      "that contradicts itself", "p95: {min: 2s, max: 1s}", from: "{min: 2s",
      says: "can't be at least 2 s and at most 1 s", cure: "exchange them"),
    tolerance(
      "without a limit", "", from: "{}}", says: "no limit is named", cure: "add one, such as"),
    tolerance(
      "that these samples can't show", "success: {min: 99.9%}", from: "99.9%",
      says: "gives 'p' 50 samples", cure: "let it last for 5m or more"),
  ]

  /// Secrets where others would read them.
  private static let secrets = [
    secret(
      "in a probe's arguments",
      sound.with { $0.probes = ["{name: p, command: {run: [login, '${token}']}}"] }),
    secret(
      "in an address",
      sound.with { $0.probes = ["{name: p, http: {url: 'http://127.0.0.1/${token}'}}"] },
      from: "'http:"),
    secret("in an action's arguments", sound.with { $0.method = ["run: [login, '${token}']"] }),
    secret(
      "in an undo", sound.with { $0.method = ["{run: [login], undo: [logout, '${token}']}"] }),
    secret(
      "in a parameter",
      sound.with {
        $0.method = [
          "{fault: process.kill, targets: {executable: x}, with: {signal: '${token}'}, for: 5s}"
        ]
      }),
    BadInput(
      "a secret as an override", sound.with { $0.fields = [token] },
      arguments: ["--var", "token=hunter2"], says: "a secret can't be given in an argument",
      cure: "set its environment variable"),
  ]

  private static let token = "secrets: {token: {env: SHOP_TOKEN}}"

  /// An anchor of ten, and eight anchors of ten aliases each: a billion values in 400 bytes.
  private static let bomb =
    "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    + (1...8).map { level in
      let aliases = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
      return "a\(level): &a\(level) [\(aliases)]\n"
    }.joined()

  private static func tolerance(
    _ name: String, _ limits: String, from wrong: String, says: String, cure: String
  ) -> BadInput {
    BadInput(
      "a tolerance \(name)",
      sound.with {
        $0.probes = [
          "{name: p, command: {run: ['true']}, every: 100ms, tolerance: {\(limits)}}"
        ]
      }, from: wrong, says: says, cure: cure)
  }

  private static func secret(
    _ name: String, _ experiment: ExperimentText, from wrong: String = "'${token}'"
  ) -> BadInput {
    BadInput(
      "a secret \(name)", experiment.with { $0.fields = [token] }, from: wrong,
      says: "a secret may not stand here", cure: "in 'env' or 'stdin'")
  }
}

extension ExperimentText {
  /// The same experiment with a change.
  fileprivate func with(_ change: (inout ExperimentText) -> Void) -> ExperimentText {
    var changed = self
    change(&changed)
    return changed
  }
}
