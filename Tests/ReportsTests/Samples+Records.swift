import Model

extension Samples {
  private static let window = Window(start: 60.4, end: 120.9)

  private static func check(
    _ kind: Check.Kind, _ title: String, step: String? = nil, asked: String, seen: String,
    _ verdict: Verdict = .pass, reason: String? = nil, window: Window, samples: Int = 120
  ) -> Check {
    Check(
      kind: kind, title: title, probe: "checkout", step: step,
      metric: title.contains("p95") ? .latency(quantile: 0.95) : .success, asked: asked, seen: seen,
      lower: 0.9, upper: 0.99, samples: samples, scheduled: 120, window: window, verdict: verdict,
      reason: reason)
  }

  private static func fault(undone: Bool = true) -> FaultRecord {
    var fault = FaultRecord(
      step: "slow database", kind: "process.pause", host: "db", targets: [target()],
      undoClass: .guardian, requested: "1 process stopped", requestedSeconds: 60)
    fault.achieved = "1 of 1 process in state T"
    fault.inForce = true
    fault.window = window
    fault.undone = undone
    fault.undo = [
      UndoProof(
        step: "signal CONT to process 4242", isProved: undone,
        evidence: undone
          ? "process 4242 is in state S again" : "the pipe to the agent broke before an answer")
    ]
    return fault
  }

  /// A host of which all was compared but nft.
  private static func certificate(
    _ host: String, _ changes: [CertifiedChange] = []
  ) -> HostCertificate {
    var certificate = HostCertificate(host: host)
    certificate.identical = changes.isEmpty
    certificate.beforeSeconds = 0.05
    certificate.afterSeconds = 186.2
    certificate.compared = HostState.Section.allCases.filter { $0 != .nft }
    certificate.notCompared = [
      HostStateGap(
        section: .nft, reason: "nft is not permitted to read; it needs cap_net_admin")
    ]
    certificate.changes = changes
    return certificate
  }

  private static func change(
    _ section: HostState.Section, _ key: String, from before: String?, to after: String?,
    ours: Bool, explained: Bool = false, _ why: String, command: String? = nil
  ) -> CertifiedChange {
    CertifiedChange(
      HostChange(section: section, key: key, before: before, after: after), ours: ours,
      explained: explained, why: why, command: command)
  }

  /// Everything was shown and undone.
  static func passed() throws -> Record {
    var record = try begun()
    record.verdict = .pass
    record.ended = .completed
    record.clean = true
    record.exitCode = 0
    record.durationSeconds = 186.3
    record.recoverySeconds = 1.5
    record.phases = [
      PhaseRecord(name: "baseline", window: Window(start: 0, end: 60)),
      PhaseRecord(name: "method", window: Window(start: 60, end: 150)),
      PhaseRecord(name: "recovery", window: Window(start: 150, end: 186)),
    ]
    record.checks = [
      check(
        .baseline, "checkout: success at least 98%", asked: "at least 98%", seen: "100%",
        window: Window(start: 0, end: 60)),
      check(
        .fault, "checkout: p95 at most 300 ms", step: "slow database", asked: "at most 300 ms",
        seen: "220 ms (at most 221 ms)", window: window, samples: 116),
      check(
        .recovery, "checkout: success at least 98%", asked: "at least 98%", seen: "100%",
        window: Window(start: 150, end: 186), samples: 72),
    ]
    record.faults = [fault()]
    record.actions = [
      ActionRecord(
        step: "empty the cache", role: .run, host: "local", command: "redis-cli flushall",
        at: 125.9,
        outcome: "exited 0", succeeded: true, output: "OK\n", errors: ""),
      ActionRecord(
        step: "empty the cache", role: .undo, host: "local", command: "warm-cache --all",
        at: 130.2, outcome: "the command exited 0", succeeded: true, output: "", errors: ""),
    ]
    record.events = [
      EventRecord(at: 0, kind: "phase.began", text: "The baseline began."),
      EventRecord(
        at: 60.4, kind: "fault.injected", text: "1 of 1 process in state T", step: "slow database",
        host: "db"),
      EventRecord(
        at: 120.9, kind: "fault.undone", text: "process 4242 is in state S again",
        step: "slow database", host: "db"),
      EventRecord(at: 186.3, kind: "run.ended", text: "The run ended: pass."),
    ]
    record.probes = [
      ProbeRecord(
        name: "checkout", kind: "http", everySeconds: 0.5,
        series: series(until: 186, faulted: window))
    ]
    record.certificates = [certificate("db")]
    return record
  }

  /// A tolerance under fault was missed.
  static func failed() throws -> Record {
    var record = try passed()
    record.verdict = .fail
    record.exitCode = 1
    record.reasons = [
      "checkout answered 95 % of requests within 230 ms under fault; at most 150 ms was asked"
    ]
    record.checks[1] = check(
      .fault, "checkout: p95 at most 150 ms", step: "slow database", asked: "at most 150 ms",
      seen: "220 ms (at least 219 ms)", .fail,
      reason: "even the lower end, 219 ms, is over the limit",
      window: window, samples: 116)
    record.checks.append(
      check(
        .expectation, "checkout: success at least 90%", step: "slow database",
        asked: "at least 90%",
        seen: "95% (at least 88%)", .inconclusive, reason: "60 samples can't show 90%; 110 would",
        window: window, samples: 60))
    record.certificates = [
      certificate(
        "db",
        [
          change(
            .processes, "4242@9876", from: "running: postgres", to: nil, ours: true,
            explained: true,
            "'slow database' hit it: undo class none, so there is nothing to undo"),
          change(
            .cgroups, "/sys/fs/cgroup/user.slice/session-7.scope", from: nil, to: "", ours: false,
            "it carries no mark of the run"),
        ]),
      HostCertificate(host: "local", notTaken: "after: no answer in time"),
    ]
    record.certificates[0].processesStarted = 2
    return record
  }

  /// The baseline did not hold.
  static func refused() throws -> Record {
    var record = try begun()
    record.ended = .refused
    record.clean = true
    record.exitCode = 4
    record.durationSeconds = 60.2
    record.reasons = ["the baseline did not hold: the system was ill before anything was broken"]
    record.phases = [PhaseRecord(name: "baseline", window: Window(start: 0, end: 60))]
    record.checks = [
      check(
        .baseline, "checkout: success at least 98%", asked: "at least 98%", seen: "95%", .fail,
        reason: "6 of 120 samples failed", window: Window(start: 0, end: 60))
    ]
    record.events = [
      EventRecord(at: 60.1, kind: "run.refused", text: "The baseline did not hold.")
    ]
    record.probes = [
      ProbeRecord(
        name: "checkout", kind: "http", everySeconds: 0.5,
        series: series(until: 60, faulted: Window(start: 0, end: 60)))
    ]
    return record
  }

  /// The pipe broke while a fault was in force, and nobody could be asked.
  static func interrupted() throws -> Record {
    var record = try passed()
    record.verdict = .inconclusive
    record.ended = .interrupted
    record.clean = false
    record.exitCode = 5
    record.recoverySeconds = nil
    record.durationSeconds = 121.5
    record.reasons = ["the host db was lost while a fault was in force", "interrupted by SIGINT"]
    record.phases = [
      PhaseRecord(name: "baseline", window: Window(start: 0, end: 60)),
      PhaseRecord(name: "method", window: Window(start: 60, end: 121.5)),
    ]
    record.checks = [record.checks[0]]
    record.faults = [fault(undone: false)]
    record.residue = [
      Residue(
        host: "db", what: "process 4242 (postgres) may still be stopped until 12:02:11 UTC",
        command: "jenner recover --run 20250301-120000-4f2a")
    ]
    record.certificates = [
      certificate(
        "db",
        [
          change(
            .processes, "4242@9876", from: "running: postgres", to: "stopped: postgres", ours: true,
            "it was a target of 'slow database'", command: "kill -CONT 4242")
        ])
    ]
    record.events.removeLast(2)
    record.events.append(
      EventRecord(at: 121.2, kind: "host.lost", text: "No heartbeat for 5 s.", host: "db"))
    record.probes = [
      ProbeRecord(
        name: "checkout", kind: "http", everySeconds: 0.5,
        series: series(until: 121, faulted: window))
    ]
    return record
  }

  /// What a target, a file or an edited record could try on a reader.
  static let hostileTexts = [
    "a | b \\| c", "x\n| forged | row | pass |", "# PASS\n\n**PASS**", "`code` ``more`` ```",
    "<script>alert(1)</script><img src=x onerror=y>", "\u{1b}[2J\u{1b}[31mred",
    "user\u{202e}txt.exe\u{2066}", "zero\u{200b}width\u{feff}", "line\u{2028}para\u{2029}",
    "[click](https://example.org) ![x](y) www.example.org", "@everyone fixes #1 $x$ and $y$",
    "\u{9b}31m \u{7f} \u{0}", "~~gone~~ __bold__ *it* - + = 1. >", "&lt;b&gt; &#124;",
    "e" + String(repeating: "\u{301}", count: 500), String(repeating: "long ", count: 1_000),
    "\\", "`", "|", "", "   ", "```\n> [!CAUTION]", "a\\|b`c", "-->", "</details>",
  ]

  /// Hostile text wherever a record holds text.
  static func hostile(_ text: () -> String = rotating()) throws -> Record {
    var record = try interrupted()
    record.title = text()
    record.runID = text()
    record.started = "2025-03-01T12:00:00Z"
    record.reasons = (0..<4).map { _ in text() }
    record.experiment = ExperimentSource(
      file: text(), digest: text(), description: text(), tags: [text(), text()], owner: text(),
      configuration: [text(): text()], secretNames: [text()])
    record.planDigest = text()
    record.tool = ToolFacts(name: text(), version: text())
    record.plan.title = text()
    record.plan.stopConditions = [text(), text()]
    record.plan.policy.allowProtected = [text()]
    record.plan.steps[0].name = text()
    record.hosts = [
      PlannedHost(
        name: text(), command: [text(), text()],
        facts: HostFacts(
          hostname: text(), kernel: text(), architecture: text(), user: text(), version: text()))
    ]
    record.phases[0].name = text()
    record.checks = (0..<3).map { _ in
      check(
        .fault, text(), step: text(), asked: text(), seen: text(), .inconclusive, reason: text(),
        window: window)
    }
    for index in record.checks.indices { record.checks[index].probe = text() }
    record.faults = [hostileFault(text)]
    record.actions = [
      ActionRecord(
        step: text(), role: .undo, host: text(), command: text(), at: nil, outcome: text(),
        succeeded: false, output: text() + "\n" + text(), errors: text())
    ]
    record.residue = [Residue(host: text(), what: text(), command: text())]
    record.events = (0..<12).map {
      EventRecord(at: Double($0), kind: text(), text: text(), step: text(), host: text())
    }
    var series = Series(probe: text())
    for tick in 0..<40 { series.append(.failure(text()), scheduled: Double(tick)) }
    record.probes = [ProbeRecord(name: series.probe, kind: text(), everySeconds: 1, series: series)]
    record.certificates = [
      certificate(
        text(),
        (0..<3).map { number in
          change(
            .nft, text(), from: text(), to: number == 0 ? nil : text(), ours: number < 2, text(),
            command: text())
        }), HostCertificate(host: text(), notTaken: text()),
    ]
    record.certificates[0].notCompared = [HostStateGap(section: .links, reason: text())]
    return record
  }

  private static func hostileFault(_ text: () -> String) -> FaultRecord {
    var hostile = FaultRecord(
      step: text(), kind: text(), host: text(), targets: [target(commandLine: [text(), text()])],
      undoClass: .kernel, requested: text(), requestedSeconds: .infinity)
    hostile.achieved = text()
    hostile.inForce = true
    hostile.window = window
    hostile.undone = false
    hostile.undo = [UndoProof(step: text(), isProved: false, evidence: text())]
    return hostile
  }

  /// One hostile text after the other.
  static func rotating() -> () -> String {
    var index = -1
    return {
      index += 1
      return hostileTexts[index % hostileTexts.count]
    }
  }
}
