import Glibc
import Linux
import Model
import Testing

/// Runs one command to its end on a loop of its own.
func run(
  _ argv: [String], for purpose: CommandRunner.Purpose = .probe, input: String? = nil,
  timeout: Duration = .seconds(20), environment: [String: String] = [:],
  capabilities: [String]? = nil
) throws -> CommandResult {
  let loop = try EventLoop()
  let runner = CommandRunner(loop: loop, exactCapabilities: capabilities != nil)
  var command = Command(argv: argv, timeout: timeout, capabilities: capabilities ?? [])
  command.input = input
  command.environment = environment
  var result: CommandResult?
  runner.run(command, for: purpose) {
    result = $0
    loop.stop()
  }
  loop.run()
  return try #require(result)
}

@Suite struct CommandRunnerTests {
  @Test func exitStatusAndOutput() throws {
    let result = try run(["sh", "-c", "echo out; echo err >&2; exit 3"])
    #expect(result.ending == .exited(3))
    #expect(result.output == "out\n")
    #expect(result.errors == "err\n")
    #expect(try run(["true"]).isSuccess)
  }

  @Test func aSignalIsToldFromAStatus() throws {
    #expect(try run(["sh", "-c", "kill -TERM $$"]).ending == .signalled(SIGTERM))
  }

  @Test func standardInputIsWrittenAndClosed() throws {
    let text = String(repeating: "0123456789abcdef", count: 20_000)
    let result = try run(["cat"], input: text)
    #expect(result.output == text)
    #expect(try run(["cat"]).output == "")
    #expect(try run(["true"], input: text).isSuccess)
  }

  @Test(arguments: [
    (["/nonexistent/program"], "No such file or directory"),
    (["nonexistent-program"], "PATH"),
    (["/etc/passwd"], "Permission denied"),
    (["/"], "Permission denied"),
    ([], "empty command"),
    (["echo", "a\0b"], "Invalid argument"),
  ])
  func whatCanNotBeStartedSaysWhy(argv: [String], expected: String) throws {
    guard case .notStarted(let reason) = try run(argv).ending else {
      Issue.record("\(argv) was started")
      return
    }
    #expect(reason.contains(expected))
  }

  @Test func timeoutKillsTheWholeGroup() throws {
    let result = try run(
      ["sh", "-c", "sleep 300 & echo $!; trap '' TERM; wait; sleep 300"],
      timeout: .milliseconds(300))
    #expect(result.ending == .timedOut)
    #expect(result.elapsedSeconds >= 0.3)
    let pid = try #require(Int32(result.output.trimmed))
    #expect(isGone(pid))
  }

  @Test func aProbeLeavesNoProcessAndAnActionMay() throws {
    let probe = try run(["sh", "-c", "sleep 300 & echo $!"])
    #expect(probe.isSuccess)
    #expect(isGone(try #require(Int32(probe.output.trimmed))))

    let action = try run(["sh", "-c", "sleep 300 & echo $!"], for: .action)
    #expect(action.isSuccess)
    let pid = try #require(Int32(action.output.trimmed))
    #expect(kill(pid, 0) == 0)
    kill(pid, SIGKILL)
    #expect(isGone(pid))
  }

  @Test func outputIsLimitedAndTheWriterIsNotHeldUp() throws {
    let result = try run(["head", "-c", "\(3 * Limits.outputSize)", "/dev/zero"])
    #expect(result.isSuccess)
    #expect(result.output.utf8.count == Limits.outputSize)
  }

  @Test func environmentIsMinimal() throws {
    let result = try run(["env"], environment: ["ADDED": "1"])
    let names = result.output.split(separator: "\n").compactMap { $0.split(separator: "=").first }
    #expect(Set(names) == ["PATH", "HOME", "LANG", "TERM", "ADDED"])
  }

  @Test func theChildHasNoSignalBlockedOrIgnoredAndNoFurtherDescriptor() throws {
    let result = try run([
      "sh", "-c", "grep -E '^Sig(Blk|Ign)' /proc/self/status; ls /proc/self/fd",
    ])
    #expect(result.output.contains("SigBlk:\t0000000000000000"))
    #expect(result.output.contains("SigIgn:\t0000000000000000"))
    // ls itself opens the directory as number 3.
    #expect(result.output.hasSuffix("0\n1\n2\n3\n"))
  }

  @Test func theChildLeadsASession() throws {
    let result = try run(["sh", "-c", "cut -d' ' -f1,5,6 /proc/$$/stat"])
    let numbers = Set(result.output.trimmed.split(separator: " "))
    #expect(numbers.count == 1)
  }

  @Test func cancellingEndsIt() throws {
    let loop = try EventLoop()
    var result: CommandResult?
    let running = CommandRunner(loop: loop, exactCapabilities: false)
      .run(Command(argv: ["sleep", "300"]), for: .probe) {
        result = $0
        loop.stop()
      }
    loop.schedule(after: .milliseconds(50)) { running?.cancel() }
    loop.run()
    #expect(result?.ending == .timedOut)
  }

  @Test func capabilitiesAreExact() throws {
    let none = try run(["grep", "^Cap", "/proc/self/status"], capabilities: [])
    #expect(none.isSuccess)
    for set in ["Inh", "Prm", "Eff", "Amb"] {
      #expect(none.output.contains("Cap\(set):\t0000000000000000"))
    }
    guard Capabilities.permitted.contains("cap_kill") else { return }
    let one = try run(["grep", "^Cap", "/proc/self/status"], capabilities: ["cap_kill"])
    for set in ["Inh", "Prm", "Eff", "Bnd", "Amb"] {
      #expect(one.output.contains("Cap\(set):\t0000000000000020"))
    }
    guard case .notStarted(let reason) = try run(["true"], capabilities: ["cap_nonsense"]).ending
    else {
      Issue.record("an unknown capability was accepted")
      return
    }
    #expect(reason.contains("cap_nonsense"))
  }
}

extension String {
  /// The text without a line's end.
  var trimmed: String { String(prefix { !$0.isNewline }) }
}

/// Whether a process is gone, or is after a moment, in which whoever inherited it reaps it.
func isGone(_ pid: Int32) -> Bool {
  let host = LinuxHost()
  for _ in 0..<500 {
    guard let process = host.process(pid), !process.isDead else { return true }
    usleep(10_000)
  }
  return false
}
