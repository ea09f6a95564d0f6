import Glibc
import Linux
import Model
import Testing

@Suite struct PipeProcessTests {
  /// A loop with what a process said, until it ended.
  private final class Talk {
    let loop: EventLoop
    var lines: [String] = []
    var ends: [LineChannel.End] = []
    var exit: PipeProcess.Exit?
    var process: PipeProcess?

    init(_ argv: [String]) throws {
      loop = try EventLoop()
      process = try PipeProcess(
        argv: argv, environment: CommandEnvironment.minimal, on: loop,
        onLine: { [unowned self] in lines.append(String(decoding: $0, as: UTF8.self)) },
        onEnd: { [unowned self] in
          ends.append($0)
          if $0 != .endOfInput { process?.kill() }
        },
        onExit: { [unowned self] in
          exit = $0
          loop.stop()
        })
    }
  }

  @Test func linesGoBothWaysAndClosingTheInputEndsIt() throws {
    let talk = try Talk(["cat"])
    for number in 0..<1000 { talk.process?.send(Array("line \(number)".utf8)) }
    talk.loop.schedule(after: .milliseconds(300)) { talk.process?.closeInput() }
    talk.loop.run()
    #expect(talk.lines == (0..<1000).map { "line \($0)" })
    #expect(talk.exit?.ending == .exited(0))
  }

  @Test func theLastLinesAndTheErrorsOfAProcessThatEndsAreHeard() throws {
    let talk = try Talk(["sh", "-c", "echo one; echo two; echo bad >&2; exit 7"])
    talk.loop.run()
    #expect(talk.lines == ["one", "two"])
    #expect(talk.exit?.ending == .exited(7))
    #expect(talk.exit?.errors == "bad\n")
  }

  @Test func aLineThatIsTooLongEndsTheChannel() throws {
    let talk = try Talk(["head", "-c", "\(Limits.messageSize + 100_000)", "/dev/zero"])
    talk.loop.run()
    #expect(talk.lines.isEmpty)
    #expect(talk.ends == [.overlongLine])
    #expect(talk.exit != nil)
  }

  @Test func aPeerThatDoesNotReadIsStuck() throws {
    let talk = try Talk(["sleep", "600"])
    let line = [UInt8](repeating: 65, count: Limits.messageSize)
    for _ in 0..<4 { talk.process?.send(line) }
    talk.loop.run()
    #expect(talk.ends == [.stuck])
    #expect(talk.exit?.ending == .signalled(SIGKILL))
  }

  @Test func whatCanNotBeStartedThrows() throws {
    let error = #expect(throws: SystemError.self) { try Talk(["/nonexistent/agent"]) }
    #expect(error?.code == ENOENT)
  }
}

@Suite struct LineBufferTests {
  @Test func linesAreCutWhereverTheBytesAre() {
    let text = "one\n\nthree\nfour"
    for size in 1...text.utf8.count {
      var buffer = LineBuffer(limit: 10)
      var lines: [String] = []
      var rest = Array(text.utf8)[...]
      while !rest.isEmpty {
        lines += buffer.append(rest.prefix(size)).map { String(decoding: $0, as: UTF8.self) }
        rest = rest.dropFirst(size)
      }
      #expect(lines == ["one", "", "three"])
      #expect(!buffer.isOverlong)
    }
  }

  @Test func aLineOfTheLimitIsTakenAndALongerOneIsNot() {
    var buffer = LineBuffer(limit: 3)
    #expect(buffer.append(Array("abc\n".utf8)).count == 1)
    #expect(buffer.append(Array("abcd\nx\n".utf8)).isEmpty)
    #expect(buffer.isOverlong)
  }
}
