import Model
import Testing

@testable import ExperimentFile

/// What an author gets to read: message, place and cure, all problems in one pass.
@Suite struct MistakesTests {
  @Test func tenMistakesAreTenProblemsInOrder() {
    let text = """
      version: 1
      titel: t
      configuration: {shop: "http://x"}
      steady-state-hypothesis:
        baseline: 60
        probes:
          - {name: a, htp: {url: "${shop}"}}
          - {name: b, http: {url: "${shpo}"}, tolerance: {success: {min: 0%}}}
          - {name: b, http: {url: "http://x", url: "http://y"}}
      method:
        - {fault: proces.kill, targets: {executable: x}}
        - {fault: process.kill, targets: {executable: x}, with: {singal: KILL}, host: db}
        - {run: [x], expect: [{probe: c, within: 5s, value: {min: 1}}]}
      """
    #expect(
      problems(text) == [
        "2:1: unknown field 'titel'; did you mean 'title'?",
        "5:13: '60' is not a duration such as 300ms, 5s or 2m; add a unit: '60s' or '60ms'",
        "7:17: unknown field 'htp'; did you mean 'http'?",
        "8:29: nothing is declared that '${shpo}' could stand for; did you mean '${shop}'?",
        "8:68: success: {min: 0%} can never fail; name a limit that could be missed",
        "9:14: two probes are named 'b'; rename one of them",
        "9:41: 'url' stands twice in this section, first on line 9; keep one of them",
        "11:13: unknown fault 'proces.kill'; did you mean 'process.kill'?",
        "12:60: unknown field 'singal'; did you mean 'signal'?",
        "12:81: unknown host 'db'; no hosts are declared",
        "13:33: unknown probe 'c'; did you mean 'a'?",
      ])
  }

  @Test(arguments: [
    ("wait: 5", "7:11: '5' is not a duration such as 300ms, 5s or 2m; add a unit: '5s' or '5ms'"),
    (
      "wait: 5x",
      "7:11: '5x' is not a duration such as 300ms, 5s or 2m; units: ns us ms s m h d"
    ),
    ("wait: -5s", "7:11: '-5s' is negative; expected a duration such as 300ms, 5s or 2m"),
    ("wait: 0s", "7:11: a duration of zero; write one above zero, such as 1s"),
    ("wait: 8d", "7:11: '8d' is longer than any run may last (7d)"),
    (
      "run: ls",
      "7:10: expected a list of command and arguments, not a single value; write [program, "
        + "argument, …]; no shell splits words here"
    ),
    ("run: []", "7:10: an empty command; name a program"),
    ("fautl: x", "7:5: unknown field 'fautl'; did you mean 'fault'?"),
    ("name: x", "7:5: a step needs one of fault, run, wait, together"),
    (
      "{wait: 1s, run: [x]}",
      "7:12: a step does one thing, not both 'run' and 'wait'; make two steps"
    ),
    (
      "fault: cpu.stress",
      "7:12: missing 'load': share of each processor; add 'with: {load: …}'"
    ),
    (
      "{fault: cpu.stress, with: {load: 50}}",
      "7:38: '50' is not a percentage from 0% to 100%; add the sign: '50%'"
    ),
    (
      "{fault: process.kill, targets: {cmdlin: x}}",
      "7:37: unknown field 'cmdlin'; did you mean 'cmdline'?"
    ),
    (
      "{fault: process.kill, targets: {}}",
      "7:36: no condition selects a process; add one of cmdline, executable, pidfile, port, user, "
        + "cgroup"
    ),
    (
      "fault: process.kill",
      "7:12: 'process.kill' needs to know which processes it hits; add 'targets:' with cmdline, "
        + "executable, pidfile, port, user or cgroup"
    ),
    (
      "{fault: process.kill, targets: {cmdline: '('}}", "7:46: '(' is not a regular expression"
    ),
    (
      "{fault: process.kill, targets: {executable: x}, with: {signal: KIL}}",
      "7:68: 'KIL' is not a signal; did you mean 'KILL'?"
    ),
    ("together: []", "7:15: 'together' of nothing; leave it out"),
    (
      "{wait: 1s, for: 5s}", "7:21: 'for' does not go with 'wait'; leave it out"
    ),
    (
      "{run: [x], expect: [{probe: p, within: 1s, sucess: {min: 1%}}]}",
      "7:48: unknown field 'sucess'; did you mean 'success'?"
    ),
    (
      "{run: [x], expect: [{probe: p, within: 1s}]}",
      "7:25: no limit is named; add one, such as success: {min: 99%}"
    ),
    (
      "{run: [x], expect: [{probe: p, within: 1s, p95: 300ms}]}",
      "7:53: expected limits, not a single value; write {min: …} or {max: …}"
    ),
  ])
  func inAStep(step: String, expected: String) {
    #expect(problems(withMethod("  - " + step)) == [expected])
  }

  @Test(arguments: [
    (
      "every: 20s, tolerance: {success: {min: 98%}}",
      "6:47: 'p' is asked every 20s, which is longer than the recovery of 5s; ask more often, or "
        + "make the recovery longer"
    ),
    (
      "every: 1us",
      "6:47: 'every' is at least 1ms; more than 1,000 samples a second load what they measure"
    ),
    (
      "tolerance: {success: {min: 0%}}",
      "6:67: success: {min: 0%} can never fail; name a limit that could be missed"
    ),
    (
      "tolerance: {p95: {min: 5s, max: 1s}}",
      "6:57: p95 can't be at least 5 s and at most 1 s; exchange them"
    ),
    (
      "tolerance: {p95: {max: 300}}",
      "6:63: '300' is not a limit of p95; write a duration such as 300ms, '2x baseline' or "
        + "'baseline + 50ms'"
    ),
    (
      "tolerance: {success: {min: 101%}}",
      "6:67: '101%' is not a limit of success; write a percentage such as 98%, or 'baseline - 1pp'"
    ),
    (
      "tolerance: {success: {below: 5%}}",
      "6:62: 'below' does not belong here: min and max must hold, below and above stop; write min or "
        + "max"
    ),
    (
      "tolerance: {success: {min: 5%, floor: 3%}}",
      "6:78: 'floor' has nothing to lift; it goes with a limit such as 2x baseline"
    ),
    (
      "while-faulted: {success: {min: 5%}}",
      "6:55: 'while-faulted' without 'tolerance'; say what must hold before and after the fault: "
        + "add 'tolerance:'"
    ),
    ("host: db", "6:46: unknown host 'db'; no hosts are declared"),
    ("every: ", "6:47: 'every' is empty; give it a value or leave it out"),
  ])
  func inAProbe(fields: String, expected: String) {
    #expect(
      problems(withProbes("    - {name: p, http: {url: http://x}, " + fields + "}")) == [expected])
  }

  @Test(arguments: [
    (
      "version: 1\n\ttitle: t", "2:1: a tab can't indent YAML; indent with spaces"
    ),
    (
      "title: a: b",
      "1:9: a second 'key:' within a value; quote a value that holds ': ', or check the indentation"
    ),
    (
      "http: {url: ${shop}/x}",
      #"1:14: expected ',' or '}' in what was opened on line 1; quote it: "${shop}/x""#
    ),
    (
      "http: {url: ${shop}, timeout: 2s}",
      #"1:14: expected ',' or '}' in what was opened on line 1; quote it: "${shop}""#
    ),
    (
      "url: {{shop}}/x",
      #"1:14: this does not fit into the section that starts on line 1; quote it: "{{shop}}/x""#
    ),
    ("url: @x", "1:6: a value can't start with '@'; quote it"),
    (
      #"cmdline: "\d+""#,
      "1:11: an escape that YAML does not know; use single quotes, in which a backslash is only a "
        + "backslash"
    ),
    ("a: 1\nb: \"x\nc: d", "2:4: the quotation mark here is never closed; close it"),
    (
      "a: [1, 2\nb: c",
      "2:2: expected ',' or ']' in what was opened on line 1; close it with ']', or quote a value "
        + "that holds brackets, commas or ': '"
    ),
    (
      "a:\n  - b\n c: d",
      "3:2: this does not fit into the section that starts on line 1; check the indentation, and "
        + "quote a value that starts with a quotation mark or bracket"
    ),
    (
      "a: 1\n---\nb: 2",
      "2:1: a second document starts here, and a file holds one experiment; move it to a file of its "
        + "own"
    ),
    (
      "%TAG ! x\n---\na: 1",
      "1:1: a directive of YAML, which no experiment needs; leave it out, or quote the text"
    ),
    (
      "a: 1\n? b\n: c",
      "2:1: a key after '? ', which no experiment needs; write 'key: value', or quote the text"
    ),
    ("", "the file is empty; 'jenner new' prints an experiment to start from"),
    (" \n\n", "the file is empty; 'jenner new' prints an experiment to start from"),
    ("---\n", "the file is empty; 'jenner new' prints an experiment to start from"),
    ("# a", "the file is empty but for comments; 'jenner new' prints an experiment to start from"),
    (
      "- a",
      "1:1: an experiment is a section with fields, not a list; start with 'version: 1'; 'jenner "
        + "new' prints an example"
    ),
    (
      "x",
      "1:1: an experiment is a section with fields, not a single value; start with 'version: 1'; "
        + "'jenner new' prints an example"
    ),
  ])
  func inTheYAML(text: String, expected: String) {
    #expect(problems(text) == [expected])
  }

  @Test func whatYAMLAllowsAndWeDoNot() {
    let text = """
      version: 1
      title: {shop}
      description: {{ shop }}
      owner: !who me
      steady-state-hypothesis: &all
        probes: [{name: p, http: {url: "http://x"}}]
      <<: *all
      method: *none
      *all : 1
      """
    #expect(
      problems(text) == [
        "2:8: expected text, not a section; quote it: a value with braces must stand in quotation "
          + "marks",
        "3:14: a section or a list can't be a key; quote it: a value with braces must stand in "
          + "quotation marks",
        "4:8: the tag '!who' has no meaning here; leave it out",
        "7:1: merge keys were dropped from YAML 1.2; write the fields out, or give whole sections by "
          + "alias: 'http: *shared'",
        "8:9: '*none' stands for nothing: there is no '&none' above; name an anchor, or quote it if "
          + "it is a text that starts with '*'",
        "9:1: an alias can't be a key; write the key out, or quote it",
      ])
  }

  @Test func whatIsMissingAltogether() {
    #expect(
      problems("version: 2\nsteady-state-hypothesis: {probes: []}") == [
        "1:1: missing 'title': what should survive what, in one line; add 'title:'",
        "1:1: missing 'method': the steps, in order; [] only observes; add 'method:'",
        "1:10: version 2 of the file format is not known; write 'version: 1'",
        "2:35: no probe observes anything; add a probe",
      ])
    #expect(
      problems("version: 1\ntitle: t\nmethod: []") == [
        "1:1: missing 'steady-state-hypothesis': what healthy looks like; add "
          + "'steady-state-hypothesis:'"
      ])
  }

  @Test func messagesCarryNoControlOfATerminal() {
    let found = problems("version: \"\\e[31m\\r\\n1\"\ntitle: t\nmethod: []\n\"\\eb\": 1")
    #expect(found.contains("1:10: '\u{FFFD}[31m  1' is not a whole number"))
    #expect(found.allSatisfy { !$0.contains("\u{1B}") && !$0.contains("\n") })
  }
}
