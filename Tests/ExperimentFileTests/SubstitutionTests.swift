import Model
import Testing

@testable import ExperimentFile

@Suite struct TemplateTests {
  @Test(arguments: [
    ("plain $ and $$ and {x}", [Template.Part.text("plain $ and $$ and {x}")]),
    ("${a}", [.name("a")]),
    ("${a}/${b}c", [.name("a"), .text("/"), .name("b"), .text("c")]),
    ("$${a}", [.text("${a}")]),
    ("$$${a}", [.text("$${a}")]),
    ("x${a", [.text("x"), .unterminated("${a")]),
    ("${}", [.name("")]),
    ("${${a}}", [.name("${a"), .text("}")]),
    ("", [.text("")]),
  ])
  func parts(text: String, expected: [Template.Part]) {
    #expect(Template(text).parts == expected)
  }
}

@Suite struct SubstitutionTests {
  private func experiment(_ configuration: String, _ rest: String) -> String {
    """
    version: 1
    title: t
    method: []
    configuration: \(configuration)
    steady-state-hypothesis:
      probes: [{name: p, http: {url: "http://x"}, every: 1s}]
    \(rest)
    """
  }

  @Test func aWholeValueIsTyped() throws {
    let text = experiment(
      "{n: 5, s: {env: S}, no: {env: NO}}",
      #"limits: {targets: "${n}", duration: "${s}"}"# + "\nowner: ${no}")
    let loaded = try read(text, environment: ["S": "90s", "NO": "null"])
    #expect(loaded.experiment.limits.targets == 5)
    #expect(loaded.experiment.limits.duration == .seconds(90))
    // What stands in a variable is a value, never the absence of one.
    #expect(loaded.experiment.owner == "null")
  }

  @Test func aPartIsText() throws {
    let text = experiment("{n: 5, unit: s}", "limits: {duration: '${n}${unit}'}\nowner: n$${n}${n}")
    let experiment = try read(text).experiment
    #expect(experiment.limits.duration == .seconds(5))
    #expect(experiment.owner == "n${n}5")
  }

  @Test func aValueAddsNoStructureAndNoFurtherValue() throws {
    let text = experiment("{x: {env: X}, y: 1}", "owner: ${x}\ntags: ['${x}']")
    let value = "a\nseed: 7 # ${y} $${y} [1, 2] {b: c}"
    let experiment = try read(text, environment: ["X": value]).experiment
    #expect(experiment.owner == value)
    #expect(experiment.tags == [value])
    #expect(experiment.seed == 1)
  }

  @Test func whatCannotBeFilledIn() {
    let text = experiment(
      "{shop: 1, loop: '${shop}', '1st': 2, list: [1], void: , env: {evn: X}}",
      """
      secrets: {shop: {env: S}, both: {env: A, file: b}, none: {}, plain: text}
      owner: ${shpo}
      description: ${HOME
      tags: ['${nothing-like-it}', '${}']
      ${shop}: 1
      """)
    #expect(
      problems(text, purpose: .validation) == [
        "4:32: values can't be made of other values; write it out, or '$${' for the text '${'",
        "4:43: '1st' can't be a name; letters, digits, - and _ only, no digit first, at most 64",
        "4:59: expected a single value, not a list; write 'name: value' or 'name: {env: VARIABLE, "
          + "default: value}'",
        "4:70: expected a single value, not nothing; write 'name: value' or 'name: {env: VARIABLE, "
          + "default: value}'",
        "4:78: unknown field 'evn'; did you mean 'env'?",
        "7:11: 'shop' is a configuration value too; rename one of them",
        "7:48: 'env' and 'file' exclude each other; keep one of them",
        "7:58: a secret needs 'env' or 'file'; add one of them",
        "7:69: expected a section with fields, not a single value; write 'field: value' lines, "
          + "indented",
        "8:8: nothing is declared that '${shpo}' could stand for; did you mean '${shop}'?",
        "9:14: '${HOME' has no closing brace; write ${name}, or '$${' for the text '${'",
        "10:8: nothing is declared that '${nothing-like-it}' could stand for; declare "
          + "'nothing-like-it' under 'configuration:' or 'secrets:', or write "
          + "'$${nothing-like-it}' for the text itself",
        "10:30: nothing is declared that '${}' could stand for; write ${name}, or '$${' for the "
          + "text '${'",
        "11:1: a key can't be filled in; write the key out",
      ])
  }

  /// Such a name can't be one, but is near to what was meant.
  @Test func aNameThatIsProposedCannotWriteToATerminal() {
    let found = problems(experiment("{\"sh\\top\": 1}", "owner: ${shop}"))
    #expect(found.contains { $0.contains("did you mean '${sh op}'?") }, "\(found)")
  }

  @Test func variablesOfTheCommandLine() {
    let text = experiment("{shop: 1}", "secrets: {token: {env: T}}")
    #expect(
      problems(
        text, variables: ["shpo": "x", "token": "x", "shop": "2"], environment: ["T": "x"]) == [
          "--var shpo: no configuration value has this name; did you mean 'shop'?",
          "--var token: a secret can't be given in an argument, which every process may read; set "
            + "its environment variable or its file",
        ])
    #expect(
      problems(withMethod("  []"), variables: ["a": "1"]) == [
        "--var a: no configuration value has this name; declare it under 'configuration:'"
      ])
  }

  @Test func secretsStandOnlyWhereNobodySeesThem() {
    let text = """
      version: 1
      title: about ${token}
      secrets: {token: {env: T}}
      hosts:
        db: {ssh: "u@${token}"}
      steady-state-hypothesis:
        probes:
          - name: ${token}
            http: {url: "http://x/?${token}", headers: {A: "${token}"}, body: "b ${token}"}
          - {name: q, command: {run: [a, "${token}"], env: {A: "${token}"}}}
      method:
        - run: [a, "${token}"]
          env: {A: "${token}"}
          stdin: ${token}
          undo: [a, "${token}"]
        - {fault: cpu.stress, with: {load: 5%, note: "${token}"}}
      rollbacks:
        - {run: [a], env: {A: "${token}"}}
      """
    let refusal =
      "a secret may not stand here: it would show in process lists, logs or the ledger; secrets may "
      + "stand in HTTP headers and bodies, and in 'env' or 'stdin' of probes and actions"
    let places = [
      "2:8", "5:13", "8:13", "9:19", "10:36", "12:14", "15:15", "16:48", "18:25",
    ]
    #expect(problems(text, environment: ["T": "x"]) == places.map { "\($0): \(refusal)" })
  }

  @Test func secretsOfFiles() throws {
    try withScratchDirectory { folder in
      try write("a secret\n\n", to: "\(folder)/token")
      try write("", to: "\(folder)/empty")
      try write("a\0b", to: "\(folder)/binary")
      try write(String(repeating: "x", count: Limits.secretSize + 1), to: "\(folder)/large")
      let good = withMethod("  []\nsecrets: {token: {file: token}}")
      let loaded = try ExperimentFile.read(
        bytes: Array(good.utf8), file: "\(folder)/x.yaml", environment: [:], catalog: catalog)
      #expect(loaded.secrets == ["token": "a secret\n"])

      let bad = withMethod(
        """
          []
        secrets:
          a: {file: none}
          b: {file: empty}
          c: {file: binary}
          d: {file: large}
          e: {file: /dev/zero}
          f: {file: .}
          g: {env: UNSET}
        """)
      let found = problems { () throws(Problems) in
        _ = try ExperimentFile.read(
          bytes: Array(bad.utf8), file: "\(folder)/x.yaml", environment: [:], catalog: catalog)
      }
      #expect(
        found == [
          "9:13: the secret's file 'none': there is no such file; check the path",
          "10:13: the secret's file 'empty': is empty",
          "11:13: the secret's file 'binary': holds no text; a secret is UTF-8 without NUL",
          "12:13: the secret's file 'large': larger than the 64 KiB that are read; name a smaller "
            + "file",
          "13:13: the secret's file '/dev/zero': this is a pipe, socket or device, not a file; write "
            + "- for standard input",
          "14:13: the secret's file '.': this is a directory; name a file in it",
          "15:12: the environment variable UNSET of a secret is not set; set UNSET",
        ])
    }
  }
}
