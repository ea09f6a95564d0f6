import ArgumentParser
import Glibc
import Linux
import Model
import Runner

/// `jenner doctor`: what this host can and can't do, and why.
struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor", abstract: "Says what this host can and can't do, and why.")

  @OptionGroup var output: FormatOption

  func run() throws {
    do {
      let findings = try Doctor.examine()
      if output.isJSON {
        try Console.output(JSON.array(findings.map(\.json)).pretty)
      } else {
        try Console.output(findings.map(\.text).joined(separator: "\n"))
      }
    } catch {
      error.report(asJSON: output.isJSON)
      throw error.status.code
    }
  }
}

/// Something that a host can or can't do.
struct Finding {
  var name: String
  var isGood: Bool
  /// What was found, and what to do where it is not good.
  var detail: String

  var text: String { "\(isGood ? "ok  " : "no  ")\(name): \(detail)" }

  var json: JSON {
    ["name": .string(name), "ok": .bool(isGood), "detail": .string(detail)]
  }
}

/// Examines this host; reads only.
private enum Doctor {
  static func examine() throws(Failure) -> [Finding] {
    var findings = [agent(try Session().loop)]
    findings.append(locks())
    for (name, type) in Catalog.builtIn.faults.sorted(by: { $0.key < $1.key }) {
      findings.append(fault(name, type))
    }
    return findings
  }

  private static func agent(_ loop: EventLoop) -> Finding {
    let command = Command(argv: AgentCommand.local()).shown
    do {
      let pipe = try AgentPipe(host: "local", command: AgentCommand.local(), loop: loop)
      defer { pipe.close() }
      var answer = "no answer within 10 s"
      var isGood = false
      pipe.listen(
        reply: { message in
          if case .hello(let version, let facts, _) = message.reply {
            isGood = version == AgentProtocol.version
            answer =
              "'\(command)' is version \(facts.version), protocol \(version), as \(facts.user) on "
              + "\(facts.hostname), Linux \(facts.kernel)"
          }
          loop.stop()
        },
        loss: { reason in
          answer = "'\(command)' ended: \(reason)"
          loop.stop()
        })
      _ = pipe.send(.hello(protocolVersion: AgentProtocol.version, schemaDigests: [:]))
      loop.schedule(after: .seconds(10)) { loop.stop() }
      loop.run()
      return Finding(name: "agent", isGood: isGood, detail: answer)
    } catch {
      return Finding(
        name: "agent", isGood: false,
        detail: "\(error); install jenner-agent beside jenner, or set JENNER_AGENT")
    }
  }

  private static func locks() -> Finding {
    let isThere = access("/run/lock/jenner", W_OK | X_OK) == 0
    let canBeMade = access("/run/lock", W_OK | X_OK) == 0
    return Finding(
      name: "locks", isGood: isThere || canBeMade,
      detail: isThere || canBeMade
        ? "/run/lock/jenner keeps two runs from one target"
        : "/run/lock can't be written: mkdir -m 1777 /run/lock/jenner as root")
  }

  private static func fault(_ name: String, _ type: any Fault.Type) -> Finding {
    let missing = type.tools.filter { !isInPath($0) }
    if missing.isEmpty, type.targeting == .traffic { return NetworkFindings.finding(name) }
    let isRoot = geteuid() == 0
    let limits =
      isRoot || type.capabilities.isEmpty
      ? "on processes of every user"
      : "on your own processes; on others with JENNER_AGENT='sudo -n jenner-agent'"
    return Finding(
      name: name, isGood: missing.isEmpty,
      detail: missing.isEmpty
        ? limits
        : "missing: \(missing.joined(separator: ", ")); install \(packages(of: missing))")
  }

  /// The packages by the names that most distributions give them.
  private static func packages(of tools: [String]) -> String {
    let known = ["nft": "nftables", "ip": "iproute2", "tc": "iproute2"]
    return Set(tools.map { known[$0] ?? $0 }).sorted().joined(separator: ", ")
  }

  /// Where the agent looks for tools, whatever the `PATH` of the caller: it has no /usr/sbin for many.
  private static func isInPath(_ tool: String) -> Bool {
    CommandEnvironment.toolPath.split(separator: ":")
      .contains { access("\($0)/\(tool)", X_OK) == 0 }
  }
}
