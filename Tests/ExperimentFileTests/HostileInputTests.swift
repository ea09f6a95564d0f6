import Glibc
import Model
import Testing

@testable import ExperimentFile

/// Whatever is given as a file is a clear problem or an experiment, soon and in little memory.
@Suite struct HostileInputTests {
  private func problemsOf(path: String) -> [String] {
    problems { () throws(Problems) in
      _ = try ExperimentFile.read(path: path, environment: [:], catalog: catalog)
    }
  }

  @Test func onlySmallRegularFilesAreRead() throws {
    try withScratchDirectory { folder in
      try write(withMethod("  []"), to: "\(folder)/good.yaml")
      #expect(problemsOf(path: "\(folder)/good.yaml").isEmpty)
      #expect(problemsOf(path: "\(folder)/none") == ["there is no such file; check the path"])
      #expect(problemsOf(path: folder) == ["this is a directory; name a file in it"])
      #expect(mkfifo("\(folder)/fifo", 0o600) == 0)
      for path in ["\(folder)/fifo", "/dev/zero", "/dev/tty"] {
        #expect(
          problemsOf(path: path) == [
            "this is a pipe, socket or device, not a file; write - for standard input"
          ])
      }
      // A sparse file: its size is known before a byte is read.
      try write("x", to: "\(folder)/large")
      #expect(truncate("\(folder)/large", 50 << 20) == 0)
      #expect(
        problemsOf(path: "\(folder)/large") == [
          "larger than the 256 KiB that are read; name a smaller file"
        ])
    }
  }

  @Test(.enabled(if: getuid() != 0, "root may read every file"))
  func whatMayNotBeRead() throws {
    try withScratchDirectory { folder in
      try write("x", to: "\(folder)/secret")
      #expect(chmod("\(folder)/secret", 0) == 0)
      #expect(
        problemsOf(path: "\(folder)/secret") == [
          "permission denied; make it readable for this user"
        ])
    }
  }

  @Test func filesOfTheKernelThatClaimToBeEmptyAreLimitedToo() {
    // Longer than the limit, or no experiment: either way a problem, and soon.
    #expect(!problemsOf(path: "/proc/kallsyms").isEmpty)
  }

  @Test func bytesThatAreNoText() {
    let bytes = Array("version: 1\ntitle: caf".utf8) + [0xE9, 0x0A]
    let found = problems { () throws(Problems) in
      _ = try ExperimentFile.read(
        bytes: bytes, file: "x", environment: [:], catalog: catalog)
    }
    #expect(
      found == ["2:11: not UTF-8: the byte here belongs to no character; save the file as UTF-8"])
  }

  @Test func charactersThatNoTextHas() {
    #expect(
      problems("a: \u{0}\nb: \u{7F}\u{1B}\n\u{E000}") == [
        "1:4: a control character (U+0000); remove it",
        "2:4: a control character (U+007F); remove it",
        "2:5: a control character (U+001B); remove it",
        "3:1: a private use character (U+E000); remove it",
      ])
    #expect(
      problems(#"a: "\ue000""#) == ["an escape of a private use character; remove it"])
  }

  /// An anchor of ten, and eight anchors of ten aliases each: a billion values in 400 bytes.
  static let bomb: String = {
    var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for level in 1...8 {
      let aliases = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
      text += "a\(level): &a\(level) [\(aliases)]\n"
    }
    return text
  }()

  @Test(arguments: [
    "", "*a8 : x", "[*a8]: x", "{*a8, b}: x", "x: {*a8}", "x: {a: 1, *a8\n}", "x: [*a8: x]",
    "- [[*a8, \"]\"], c] : x", "<<: *a8",
  ])
  func aliasesOfAliases(end: String) {
    let found = bounded { problems(Self.bomb + end) }
    #expect(found.count == 1)
  }

  @Test func aliasesThatHoldThemselves() {
    #expect(
      problems("version: &a [*a]\n").contains(
        "1:14: '*a' stands for nothing: there is no '&a' above; name an anchor, or quote it if it is "
          + "a text that starts with '*'"))
  }

  @Test(arguments: [
    ("[", "1:129: nested too deeply; close brackets, or nest less"),
    ("{a: ", "1:513: nested too deeply; close brackets, or nest less"),
    ("- ", "1:1999: nested too deeply; nest less"),
  ])
  func fiveThousandLevels(opening: String, expected: String) {
    #expect(bounded { problems(String(repeating: opening, count: 5_000) + "x") } == [expected])
  }

  @Test func aHundredLevels() {
    let flow = String(repeating: "[", count: 100) + String(repeating: "]", count: 100)
    #expect(problems("a: " + flow) == ["1:67: nested more than 64 levels deep; nest less"])
    let block = (0..<100).map { String(repeating: " ", count: $0) + "a:\n" }.joined()
    #expect(problems(block) == ["65:65: nested more than 64 levels deep; nest less"])
  }

  /// What costs a parser, a hash table or a search for suggestions the square of its size.
  static let costly: [String: String] = {
    let long = String(repeating: "n", count: 50)
    return [
      "repeated keys": String(repeating: "ab: 1\n", count: 20_000),
      "repeated keys in many sections": (0..<9_000).map { "- {k\($0): 1, k\($0): 2}\n" }.joined(),
      "unknown keys": (0..<4_000).map { "\(long)\($0): 1\n" }.joined(),
      "unknown names": "configuration: {"
        + (0..<900).map { "\(long)\($0): 1" }.joined(separator: ", ") + "}\ntags: ["
        + (0..<2_000).map { "'${\(long)\($0)x}'" }.joined(separator: ", ") + "]",
      "one long value many times": "configuration: {a: \(String(repeating: "x", count: 120_000))}\n"
        + "tags: [" + Array(repeating: "'${a}'", count: 10_000).joined(separator: ", ") + "]",
      "anchors": (0..<15_000).map { "- &a\($0) x\n" }.joined(),
      "unclosed substitutions": "title: '" + String(repeating: "${", count: 100) + "'",
      "open brackets": String(repeating: "[", count: 100) + String(repeating: "a,", count: 90_000),
      "explicit keys": String(repeating: "? ", count: 100_000),
      "a long method": withMethod(String(repeating: "  - {wait: 5s}\n", count: 15_000)),
      "a wide list": "tags: [" + String(repeating: "[],", count: 80_000) + "]",
      "a nested expression": withMethod(
        "  - {fault: process.kill, targets: {cmdline: '\(String(repeating: "(", count: 499))'}}"),
    ]
  }()

  @Test(arguments: costly.keys.sorted())
  func costlyInput(name: String) throws {
    let text = try #require(Self.costly[name])
    #expect(text.utf8.count <= Limits.fileSize)
    let found = bounded { problems(text) }
    #expect(!found.isEmpty)
    #expect(found.count <= Reading.problemLimit)
    #expect(found.allSatisfy { $0.utf8.count < 2_000 })
  }

  /// What a body returns; it may take ten seconds, where it takes less than one in a release build
  /// on a quiet machine.
  private func bounded<Result>(_ body: () -> Result) -> Result {
    let start = ContinuousClock.now
    let result = body()
    #expect(start.duration(to: .now) < .seconds(10))
    return result
  }
}
