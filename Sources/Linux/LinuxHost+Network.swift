internal import CLinux
internal import Glibc
public import Model

/// Network namespaces, and what is in them.
extension LinuxHost {
  /// The network namespace that a file is, by namespaces(7).
  public func networkNamespace(at path: String) throws(HostError) -> NetworkNamespace {
    var status = stat()
    guard stat(path, &status) == 0 else {
      throw HostError("\(SystemError("find the network namespace \(path)"))")
    }
    return NetworkNamespace(path: path, inode: UInt64(status.st_ino))
  }

  /// The interfaces and routes of a network namespace; nil is the agent's own.
  ///
  /// Those of another are read by a child that enters it: this process never leaves its own.
  public func network(in namespace: NetworkNamespace?) throws(HostError) -> NetworkFacts {
    let tables = ["dev", "route", "ipv6_route", "fib_trie"].map { "/proc/self/net/\($0)" }
    guard let namespace else {
      let texts = tables.map { (try? largeText($0)) ?? "" }
      return NetworkTables.facts(
        devices: texts[0], routes: texts[1], longRoutes: texts[2], trie: texts[3])
    }
    var texts: [String] = []
    let reading = tables.map {
      Command(argv: NetworkNamespace.entering(namespace) + ["cat", $0])
    }
    for (table, result) in zip(tables, check(reading)) {
      guard result.isSuccess || table.hasSuffix("6_route") else {
        throw HostError(
          "\(namespace.path) can't be entered: \(result.summary) \(result.errors.limited)")
      }
      texts.append(result.output)
    }
    return NetworkTables.facts(
      devices: texts[0], routes: texts[1], longRoutes: texts[2], trie: texts[3])
  }

  /// What bind(2) says of an address; port 0 stands for any that is free.
  public func obstacle(
    toListeningOn endpoint: IPEndpoint, in namespace: NetworkNamespace?
  ) -> Refusal? {
    var address = jenner_address(endpoint)
    let error = jenner_try_bind(&address, namespace?.path, namespace?.inode ?? 0)
    if error == 0 { return nil }
    return Refusal(
      SystemError.reason(error),
      cure: [EACCES, EPERM].contains(error)
        ? "name a port from 1024 on, or run the agent as root"
        : "name another address or port of this host; 'ss -ltnp' shows which are taken")
  }

  /// The established TCP connections of processes.
  ///
  /// The files of a process that has ended meanwhile, or that may not be read, are none.
  public func connections(
    of processes: Set<Int32>
  ) throws(HostError) -> [EstablishedConnection] {
    var sockets: [String: Set<Int32>] = [:]
    for pid in processes {
      let folder = "/proc/\(pid)/fd"
      for file in (try? Directory.entries(of: folder)) ?? [] {
        if let link = Self.link("\(folder)/\(file)"), link.hasPrefix("socket:[") {
          sockets[String(link.dropFirst(8).dropLast()), default: []].insert(pid)
        }
      }
    }
    guard !sockets.isEmpty else { return [] }
    var found: [EstablishedConnection] = []
    for table in ["tcp", "tcp6"] {
      let path = "/proc/net/\(table)"
      guard access(path, R_OK) == 0 else { continue }
      found += NetworkTables.connections(in: try largeText(path), of: sockets)
    }
    return found
  }

  /// Runs a command that changes nothing, and waits for it.
  public func check(_ command: Command) -> CommandResult {
    check([command]).first ?? CommandResult(ending: .timedOut)
  }

  /// Runs commands side by side, each in a process of its own, and waits for all of them.
  public func check(_ commands: [Command]) -> [CommandResult] {
    do throws(SystemError) {
      let loop = try EventLoop()
      let runner = CommandRunner(loop: loop, exactCapabilities: false)
      var results: [CommandResult?] = Array(repeating: nil, count: commands.count)
      for (index, command) in commands.enumerated() {
        var command = command
        command.timeoutSeconds = min(command.timeoutSeconds, 2)
        command.environment["PATH"] = CommandEnvironment.standardPath
        runner.run(command, for: .probe, outputLimit: 4 << 20) { result in
          results[index] = result
          if !results.contains(where: { $0 == nil }) { loop.stop() }
        }
      }
      while results.contains(where: { $0 == nil }) { loop.run() }
      return results.compactMap { $0 }
    } catch {
      return commands.map { _ in CommandResult(ending: .notStarted(error.description)) }
    }
  }

  /// The number of a user, by getpwnam_r(3).
  public func userID(named name: String) -> UInt32? { Users.id(of: name) }

  /// Where the unified cgroup hierarchy is mounted.
  public var unifiedCgroups: String? {
    let mounts = (try? largeText("/proc/self/mounts")) ?? ""
    let lines = mounts.split(separator: "\n").map { $0.split(separator: " ") }
    return lines.first { $0.count > 2 && $0[2] == "cgroup2" }.map { String($0[1]) }
  }
}
