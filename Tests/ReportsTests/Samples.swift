import Model

/// Hand-made records, each of another ending, from which the golden reports are made.
enum Samples {
  /// A target that every sample breaks.
  static func target(pid: Int32 = 4242, commandLine: [String] = ["postgres", "-D", "/srv/replica"])
    -> PlannedTarget
  {
    PlannedTarget(
      ProcessFacts(
        identity: ProcessIdentity(pid: pid, startTime: 987_654), parent: 1, state: "S",
        commandLine: commandLine, executable: "/usr/lib/postgresql/15/bin/postgres", userID: 107,
        userName: "postgres", cgroups: ["/system.slice/postgresql.service"]))
  }

  /// A plan with a fault, an action and a wait.
  static func plan(title: String = "Checkout survives a slow database", pid: Int32 = 4242) -> Plan {
    var plan = Plan(
      title: title, sourceDigest: Digest(of: "the file").hexadecimal, seed: 7,
      hosts: [
        PlannedHost(
          name: "local", command: ["/usr/bin/jenner-agent"],
          facts: HostFacts(
            hostname: "runner-1", kernel: "6.1.0-18-amd64", architecture: "x86_64",
            user: "chaos", version: "0.1.0")),
        PlannedHost(
          name: "db", command: ["ssh", "-T", "--", "chaos@db-2.staging", "jenner-agent"],
          facts: HostFacts(
            hostname: "db-2", kernel: "6.1.0-18-amd64", architecture: "x86_64", user: "root",
            version: "0.1.0",
            note: "the guardian shares the agent's cgroup: cgroup version 2 is not mounted")),
      ],
      phases: [
        PlannedPhase(name: "baseline", start: 0, atMost: 60),
        PlannedPhase(name: "method", start: 60, atMost: 90),
        PlannedPhase(name: "recovery", start: 150, atMost: 60),
      ],
      probes: [
        PlannedProbe(
          name: "checkout", kind: "http",
          section: ["url": "http://127.0.0.1:8080/checkout", "timeout": "2s"], host: nil,
          every: .milliseconds(500), timeout: .seconds(2),
          tolerance: ["success at least 98%", "p95 at most 300 ms"],
          whileFaulted: ["success at least 90%, judged 5s after the fault is in force"],
          canShow: ["120 samples in the baseline can show success of 97.5% or more"])
      ],
      steps: [], rollbacks: [],
      stopConditions: ["checkout: success below 50% over 5s"], limits: RunLimits(),
      policy: Policy())
    plan.steps = [faultStep(pid: pid), actionStep]
    plan.rollbacks = [
      PlannedRollback(
        name: "start the replica", host: "db",
        command: Command(argv: ["systemctl", "start", "postgresql@replica"]))
    ]
    plan.limits.targets = 3
    plan.policy.requireUndo = .guardian
    return plan
  }

  private static func faultStep(pid: Int32) -> PlannedStep {
    var step = PlannedStep(
      index: 0, group: 0, name: "slow database", kind: .fault, hosts: ["db"], afterSeconds: 0,
      forSeconds: 60, deadlineSeconds: 70)
    let process = ProcessIdentity(pid: pid, startTime: 987_654)
    step.fault = PlannedFault(
      kind: "process.pause", parameters: ["every": "1s", "share": "40%"], selector: nil,
      resolution: .plan, undoClass: .guardian, capabilities: ["cap_kill"], tools: [],
      injections: [
        PlannedInjection(
          host: "db", targets: [target(pid: pid)],
          injection: Injection(
            effects: [.signal(process, .stop)], undo: [.resume(process)], undoClass: .guardian))
      ])
    step.expectations = ["checkout: success at least 90% within 30s"]
    return step
  }

  private static var actionStep: PlannedStep {
    var step = PlannedStep(
      index: 1, group: 1, name: "empty the cache", kind: .run, hosts: ["local"],
      afterSeconds: 5, forSeconds: nil, deadlineSeconds: 60)
    step.command = Command(argv: ["redis-cli", "flushall"])
    step.undo = Command(argv: ["redis-cli", "restore-all"])
    return step
  }

  static func source() -> ExperimentSource {
    ExperimentSource(
      file: "experiments/slow-database.yaml", digest: Digest(of: "the file").hexadecimal,
      description: "Reads move to the other replica within five seconds.",
      tags: ["staging", "database"], owner: "checkout-team",
      configuration: ["shop": "http://127.0.0.1:8080"], secretNames: ["token"])
  }

  /// A record in which nothing has happened yet.
  static func begun(_ plan: Plan = plan()) throws -> Record {
    Record(
      runID: "20250301-120000-4f2a", started: "2025-03-01T12:00:00.250Z", experiment: source(),
      tool: ToolFacts(version: "0.1.0"), plan: plan, planDigest: try plan.digest)
  }

  /// Samples twice a second; under fault they are slower and some fail.
  static func series(until end: Double, faulted: Window?) -> Series {
    var series = Series(probe: "checkout")
    for tick in 0..<Int(end * 2) {
      let time = Double(tick) / 2
      let wave = Double(tick * 7 % 11) / 1000
      switch (faulted?.contains(time) ?? false, tick % 40) {
      case (true, 3):
        series.append(.failure("HTTP 503, expected 200", latency: 0.021), scheduled: time)
      case (true, 21): series.append(.failure("timed out after 2s", latency: 2), scheduled: time)
      case (_, 33) where time > 170:
        series.appendMissed(scheduled: time, reason: "the runner was late")
      case (let isSlow, _):
        // A record keeps microseconds.
        let latency = (((isSlow ? 0.21 : 0.012) + wave) * 1e6).rounded() / 1e6
        series.append(Observation(outcome: .success, latency: latency), scheduled: time)
      }
    }
    return series
  }
}
