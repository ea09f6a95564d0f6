import ArgumentParser
import CLinux
import FoundationEssentials
import Glibc
import Linux
import Model

/// Processes that try jobs, each in namespaces of its own so that none sees what another does.
final class Workers {
  private let programs: Programs
  private var crews: [Crew] = []

  var count: Int { crews.count }

  init(_ count: Int, programs: Programs) throws {
    self.programs = programs
    try Crew.removeAbandoned()
    for number in 1...max(1, count) { crews.append(try Crew(number, programs)) }
  }

  /// Tries all jobs and returns what became of each, in their order.
  func perform(_ jobs: [Job]) throws -> [JobResult] {
    var results = [JobResult?](repeating: nil, count: jobs.count)
    var next = 0
    var progress = Progress(of: jobs.count)
    func assign(_ crew: Crew) throws {
      guard next < jobs.count else { return }
      try crew.begin(next, jobs[next])
      next += 1
    }
    for crew in crews { try assign(crew) }
    while crews.contains(where: { $0.job != nil }) {
      for (index, crew) in try ready() {
        guard let job = crew.job else { continue }
        defer { if let result = results[job] { progress.count(result, of: jobs[job]) } }
        switch crew.receive() {
        case .nothing: break
        case .result(let result):
          results[job] = result
          try assign(crew)
        case .ended:
          results[job] = JobResult(isReached: false, problems: ["the worker ended"])
          crew.close()
          crews[index] = try Crew(crew.number, programs)
          try assign(crews[index])
        }
      }
    }
    return results.map { $0 ?? JobResult(isReached: false, problems: ["it was never tried"]) }
  }

  /// The class of a scenario's fault, as the plan shows it.
  func undoClass(of scenario: Scenario) throws -> UndoClass {
    let result = try perform([.undoClass(scenario)])
    guard let undoClass = result.first?.undoClass else {
      throw ValidationError(
        "the plan of \(scenario.name) shows no undo class: \(result.flatMap(\.problems))")
    }
    return undoClass
  }

  /// Ends all workers, and with them everything in their namespaces.
  func close() {
    for crew in crews { crew.close() }
  }

  private func ready() throws -> [(Int, Crew)] {
    var wait = crews.map { pollfd(fd: $0.output, events: Int16(POLLIN), revents: 0) }
    guard poll(&wait, nfds_t(wait.count), -1) >= 0 || errno == EINTR else {
      throw SystemError("wait for workers")
    }
    return crews.indices.filter { wait[$0].revents != 0 }.map { ($0, crews[$0]) }
  }
}

/// Says once a minute how far a long matrix has come, and at once what has failed.
private struct Progress {
  private let all: Int
  private var tried = 0
  private var failed = 0
  private var next = EventLoop.now + .seconds(60)

  init(of all: Int) { self.all = all }

  mutating func count(_ result: JobResult, of job: Job) {
    tried += 1
    if let problem = result.problems.first {
      failed += 1
      note("failed: \(job): \(problem)")
    }
    guard EventLoop.now >= next else { return }
    next = EventLoop.now + .seconds(60)
    note("\(tried) of \(all) tried, \(failed) failed")
  }
}

/// One worker as its master sees it.
private final class Crew {
  enum News {
    case nothing
    case result(JobResult)
    case ended
  }

  let number: Int
  let output: Int32
  /// The number of the job that it is at.
  private(set) var job: Int?
  private let input: Int32
  private let process: Launch.Launched
  private let cgroup: Cgroup
  private var line: [UInt8] = []

  /// Into the cgroup first, since the cgroup namespace begins where its maker is.
  private static let entrance = "echo 0 >\"$1/cgroup.procs\" && shift && exec \"$@\""

  private static let prefix = "jenner-proof-"

  /// Removes the cgroups of proofs that were killed; their workers ended with them.
  static func removeAbandoned() throws {
    let root = try Cgroup.mountPoint()
    for name in try FileManager.default.contentsOfDirectory(atPath: root) {
      guard name.hasPrefix(prefix),
        let pid = name.dropFirst(prefix.count).split(separator: "-").first.flatMap({ Int32($0) }),
        Glibc.kill(pid, 0) != 0
      else { continue }
      try Cgroup(making: "\(root)/\(name)").remove()
    }
  }

  init(_ number: Int, _ programs: Programs) throws {
    self.number = number
    cgroup = try Cgroup(
      making: Cgroup.mountPoint() + "/\(Self.prefix)\(getpid())-\(number)")
    var requests: [Int32] = [0, 0]
    var replies: [Int32] = [0, 0]
    guard jenner_pipe(&requests) == 0, jenner_pipe(&replies) == 0 else {
      throw SystemError("make a pipe")
    }
    let proof = try Programs.ownPath()
    var launch = Launch(
      argv: [
        "sh", "-c", Self.entrance, "sh", cgroup.folder, "unshare", "--mount", "--pid", "--fork",
        "--net", "--cgroup", "--ipc", "--kill-child", "--mount-proc", proof, "worker",
        "--programs", programs.folder,
      ], environment: CommandEnvironment.minimal)
    launch.descriptors = [requests[0], replies[1], 2]
    launch.parentDeathSignal = .kill
    process = try launch.start()
    Glibc.close(requests[0])
    Glibc.close(replies[1])
    input = requests[1]
    output = replies[0]
  }

  func begin(_ number: Int, _ job: Job) throws {
    self.job = number
    let text = String(decoding: try JSONEncoder().encode(job), as: UTF8.self)
    try Line.write(text, to: input)
  }

  func receive() -> News {
    var part = [UInt8](repeating: 0, count: 65536)
    let count = read(output, &part, part.count)
    guard count > 0 else { return .ended }
    line += part[..<count]
    guard line.last == UInt8(ascii: "\n") else { return .nothing }
    defer { line = [] }
    job = nil
    do {
      return .result(try JSONDecoder().decode(JobResult.self, from: Data(line)))
    } catch {
      return .result(JobResult(isReached: false, problems: ["the worker's answer: \(error)"]))
    }
  }

  func close() {
    Glibc.close(input)
    kill(process.pid, SIGKILL)
    waitpid(process.pid, nil, 0)
    Glibc.close(process.pidfd)
    Glibc.close(output)
    for _ in 0..<100 where !ProcFile.text(cgroup.folder + "/cgroup.events").contains("populated 0")
    {
      usleep(10_000)
    }
    cgroup.remove()
  }
}
