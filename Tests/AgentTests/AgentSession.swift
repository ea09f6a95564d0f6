import Agent
import Faults
import FoundationEssentials
import Glibc
import Linux
import Model
import Testing

/// A real agent in a process of its own, driven as a runner would, with a state directory of its own.
final class AgentSession {
  let loop: EventLoop
  let scratch: Scratch
  private(set) var agent: PipeProcess?
  private(set) var exit: PipeProcess.Exit?
  private(set) var unasked: [Reply] = []
  private var answers: [Int: Reply] = [:]
  private var number = 0

  /// Starts an agent and greets it.
  ///
  /// One that may not trace must use SIGSTOP for a pause. It lacks a capability that the target has.
  init(
    in scratch: Scratch, mayTrace: Bool = true, asNobody: Bool = false,
    kinds: [String] = ["process.pause"]
  ) throws {
    self.scratch = scratch
    loop = try EventLoop()
    let launcher = asNobody ? Scratch.asNobody : ["setpriv", "--bounding-set=-sys_ptrace"]
    agent = try PipeProcess(
      argv: (mayTrace && !asNobody ? [] : launcher) + [Scratch.program],
      environment: scratch.environment, on: loop,
      onLine: { [unowned self] in received($0) }, onEnd: { _ in },
      onExit: { [unowned self] in
        exit = $0
        loop.stop()
      })
    let digests = Catalog(faults: Faults.all, probes: []).schemaDigests(of: kinds)
    let reply = try ask(
      .hello(
        protocolVersion: AgentProtocol.version,
        schemaDigests: digests))
    guard case .hello = reply else { throw Refusal("\(reply)") }
  }

  var pid: Int32 { agent?.pid ?? -1 }

  private func received(_ line: [UInt8]) {
    guard let message = try? JSONDecoder().decode(ReplyMessage.self, from: Data(line)) else {
      Issue.record("no message: \(String(decoding: line, as: UTF8.self))")
      return
    }
    if let number = message.number {
      answers[number] = message.reply
    } else {
      unasked.append(message.reply)
    }
    loop.stop()
  }

  /// Sends a request whose answer nobody waits for.
  func say(_ request: Request) throws {
    number += 1
    let message = RequestMessage(number: number, request: request)
    agent?.send(try JSONEncoder().encode(message))
  }

  /// Asks, and waits for the answer.
  func ask(_ request: Request) throws -> Reply {
    try say(request)
    try wait { answers[number] != nil || exit != nil }
    return try #require(answers[number])
  }

  /// Runs the loop until something is true; 20 seconds are more than anything here takes.
  func wait(until condition: () -> Bool) throws {
    let deadline = loop.now + .seconds(20)
    while !condition() {
      try #require(loop.now < deadline)
      loop.schedule(after: .milliseconds(10)) { [loop] in loop.stop() }
      loop.run()
    }
  }

  /// Prepares and begins a run that pauses a process in step 0.
  func begin(
    _ run: String, pausing target: ProcessIdentity, limit: Double = 600
  ) throws -> Reply {
    let prepared = try ask(
      .prepare(step: 0, fault: "process.pause", parameters: [:], targets: [target]))
    guard case .prepared = prepared else { return prepared }
    return try ask(.begin(run: run, title: "a test", limitSeconds: limit))
  }

  /// Pauses the process of step 0.
  func pause(deadline: Double = 60) throws {
    let reply = try ask(.inject(step: 0, deadlineSeconds: deadline, undo: nil))
    guard case .injected(let evidence) = reply else {
      Issue.record("not injected: \(reply)")
      return
    }
    #expect(evidence.isInForce)
  }

  /// Kills guardian and agent such that neither can react to the other's end.
  func killAll(alsoKilling others: [ProcessIdentity] = []) throws {
    let guardian = try scratch.guardian(of: pid)
    kill(guardian.identity.pid, SIGSTOP)
    for other in others { kill(other.pid, SIGKILL) }
    kill(pid, SIGKILL)
    kill(guardian.identity.pid, SIGKILL)
    try wait { isOver }
    try scratch.wait { scratch.hasEnded(guardian.identity) }
  }

  var isOver: Bool { exit != nil }
}

/// A directory of a test's own, and the processes that it started; both are gone afterwards.
final class Scratch {
  let path: String
  let host = LinuxHost()
  private var started: [Launch.Launched] = []

  /// Starts a program as a user without any rights.
  static let asNobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]

  /// The agent that was built with these tests.
  static let program: String = {
    var buffer = [CChar](repeating: 0, count: 4096)
    let count = readlink("/proc/self/exe", &buffer, buffer.count)
    let own = String(
      decoding: buffer.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return own.split(separator: "/").dropLast().map { "/" + $0 }.joined() + "/jenner-agent"
  }()

  init() throws {
    var template = Array("/tmp/jenner-agent-test-XXXXXX".utf8CString)
    try #require(mkdtemp(&template) != nil)
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit {
    for process in started {
      kill(process.pid, SIGKILL)
      while ChildProcess.reap(process) == nil { usleep(1000) }
      close(process.pidfd)
    }
    try? FileManager.default.removeItem(atPath: path)
  }

  var environment: [String: String] {
    CommandEnvironment.minimal.merging(["JENNER_STATE": path]) { $1 }
  }

  /// Starts a process to be hit.
  func start(
    _ argv: [String] = ["sleep", "600"], _ environment: [String: String] = [:]
  ) throws -> ProcessIdentity {
    let launched = try Launch(
      argv: argv,
      environment: CommandEnvironment.minimal.merging(environment) { $1 }
    ).start()
    started.append(launched)
    return try #require(host.identity(of: launched.pid))
  }

  func state(of process: ProcessIdentity) -> String? { host.state(of: process) }

  /// The holder of an agent's fault.
  func holder(of agent: Int32) throws -> ProcessIdentity {
    let found = try host.processes().first {
      $0.parent == agent && !$0.isDead && $0.commandLine.contains("hold")
    }
    return try #require(found).identity
  }

  /// Whether a process has ended; one that this test started is reaped by it at the end.
  func hasEnded(_ process: ProcessIdentity) -> Bool { [nil, "Z"].contains(state(of: process)) }

  /// The names of the lock files of a target.
  func locks(of target: ProcessIdentity) -> [String] {
    ((try? Directory.entries(of: "/run/lock/jenner")) ?? [])
      .filter { $0.contains("-\(target.pid)-\(target.startTime).") }
  }

  /// Where a symbolic link leads.
  static func link(_ path: String) -> String? { LinuxHost.link(path) }

  /// The number that a file holds; nil if there is none yet.
  func number(in path: String) -> Int32? {
    (try? host.contents(of: path)).flatMap { Int32($0.filter(\.isNumber)) }
  }

  /// The text of a run's ledger.
  func ledgerText(_ run: String) -> String {
    (try? host.contents(of: "\(path)/runs/\(run).ledger")) ?? ""
  }

  /// Whether a signal or a tracer keeps a process from running.
  func isStopped(_ process: ProcessIdentity) -> Bool {
    ["T", "t"].contains(state(of: process))
  }

  /// The ledgers that are there.
  var ledgers: [String] { (try? Directory.entries(of: path + "/runs")) ?? [] }

  /// The guardian of an agent, if it has one now.
  func anyGuardian(of agent: Int32) -> ProcessFacts? {
    (try? host.processes())?.first {
      $0.parent == agent && !$0.isDead && $0.commandLine.contains("guardian")
    }
  }

  /// The guardian of an agent.
  func guardian(of agent: Int32) throws -> ProcessFacts {
    try #require(anyGuardian(of: agent))
  }

  /// Runs a command of the agent's program.
  func run(_ arguments: String...) throws -> CommandResult {
    try run(argv: [Self.program] + arguments, state: path)
  }

  /// Runs a command of the agent's program with another state directory.
  func run(_ arguments: String..., state: String) throws -> CommandResult {
    try run(argv: [Self.program] + arguments, state: state)
  }

  /// Runs a command of the agent's program as a user without any rights, with a state directory.
  func runAsNobody(_ arguments: String..., state: String) throws -> CommandResult {
    return try run(argv: Self.asNobody + [Self.program] + arguments, state: state)
  }

  private func run(argv: [String], state: String) throws -> CommandResult {
    var command = Command(argv: argv)
    command.environment = ["JENNER_STATE": state]
    return try perform(command)
  }

  /// Writes a ledger as an agent that was killed would have left it; it is locked while the file that
  /// is given back is open.
  @discardableResult
  func write(_ entries: [LedgerEntry], asLedgerOf run: String) throws -> DurableFile {
    try Directory.make(path + "/runs", mode: 0o700)
    let file = try DurableFile(creating: "\(path)/runs/\(run).ledger")
    for (index, entry) in entries.enumerated() {
      try file.append(Array(try LedgerLine.text(of: entry, sequence: index + 1).utf8))
    }
    return file
  }

  /// Runs a command in a session of its own, to its end.
  @discardableResult
  func perform(_ command: Command) throws -> CommandResult {
    let loop = try EventLoop()
    var result: CommandResult?
    CommandRunner(loop: loop, exactCapabilities: false).run(command, for: .action) {
      result = $0
      loop.stop()
    }
    loop.run()
    return try #require(result)
  }

  /// Waits until something is true; 20 seconds are more than anything here takes.
  func wait(until condition: () -> Bool) throws {
    let deadline = EventLoop.now + .seconds(20)
    while !condition() {
      try #require(EventLoop.now < deadline)
      usleep(5000)
    }
  }
}
