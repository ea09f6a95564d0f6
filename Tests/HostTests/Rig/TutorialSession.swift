import ChildProcess
import FoundationEssentials
import Glibc
import Testing

/// A tutorial carried out in one shell, in a test's scratch directory.
struct TutorialSession: Sendable {
  /// What one command came to.
  struct Outcome: Sendable {
    var status: Int32
    /// Standard output and standard error, as a person at a terminal sees them.
    var lines: [Substring]
  }

  /// The outcomes of the commands, in order; fewer if the shell ended before the last.
  let outcomes: [Outcome]

  /// Carries out every step with the built programs first in PATH; takes `limit` at most.
  static func run(
    _ tutorial: Tutorial, in rig: Rig, within limit: Duration
  ) async throws -> TutorialSession {
    // A mark that no output can hold by chance.
    let mark = "@\(UUID().uuidString)@"
    let script = try rig.scratch.write(text(of: tutorial, mark: mark), to: "tutorial.sh")
    let programs = try [Product.jenner, .agent, .shop].map { try $0.path() }
    let folder = programs[0].split(separator: "/").dropLast().joined(separator: "/")
    var launch = Launch([
      try Tool.bash.required(), "--noprofile", "--norc", script, rig.scratch.path,
    ])
    launch.environment = [
      "PATH": "/\(folder):" + (getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"),
      "HOME": rig.scratch.path, "JENNER_STATE": Jenner.state(in: rig), "LANG": "C.UTF-8",
    ]
    launch.output = .file(rig.scratch.file("tutorial.out"))
    launch.errors = .file(rig.scratch.file("tutorial.err"))
    let shell = try rig.start(launch)
    let timer = Task {
      try await Task.sleep(for: limit)
      Issue.record("the tutorial was still going on after \(limit)")
      shell.sendToGroup(SIGKILL)
    }
    _ = await shell.end()
    timer.cancel()
    return TutorialSession(output: rig.scratch.text(of: "tutorial.out"), mark: mark)
  }

  /// One script, so that variables and background jobs last from one command to the next.
  private static func text(of tutorial: Tutorial, mark: String) -> String {
    var script = "cd \"$1\" || exit 1\nexec 2>&1\n"
    for step in tutorial.steps {
      switch step {
      case .write(let name, let text):
        script += "cat >\(name) <<'\(mark)'\n\(text)\(mark)\n"
      case .run(let command):
        script += "printf '\\n%s begin\\n' '\(mark)'\n"
        script += command.text
        script += "printf '\\n%s end %d\\n' '\(mark)' \"$?\"\n"
      }
    }
    return script
  }

  private init(output: String, mark: String) {
    var outcomes: [Outcome] = []
    var lines: [Substring]?
    for line in output.split(separator: "\n", omittingEmptySubsequences: false) {
      if line == "\(mark) begin" {
        lines = []
      } else if line.hasPrefix("\(mark) end "), let all = lines,
        let status = Int32(line.dropFirst(mark.count + 5))
      {
        outcomes.append(Outcome(status: status, lines: all))
        lines = nil
      } else {
        lines?.append(line)
      }
    }
    self.outcomes = outcomes
  }
}
