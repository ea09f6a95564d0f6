import ChildProcess
import FoundationEssentials
import Glibc
import Model
import Testing

extension RealHost.NetworkFaults {
  /// What a network fault must not do to others, and what is left when all of Jenner is killed.
  @Suite("The safety of network faults")
  struct SafetyTests {
    @Test(
      "the connections by which agents are reached outlive a partition of everything",
      .needs(.sshd, .ssh, .sshKeygen), arguments: [false, true])
    func protected(_ isBehindOthers: Bool) async throws {
      try await Rig.run { rig in
        let network = try await Network.make(3, in: rig)
        let (here, far) = (network.hosts[0], network.hosts[1])
        let ssh = try await SSHServer.start(in: rig, on: far)
        var environment = ["PATH": ssh.path]
        if isBehindOthers {
          environment["JENNER_AGENT"] = try rig.agentBehindTwoOthers()
        }
        // On both hosts at once; the run must go on, and pass.
        try await FaultRun.during(
          "{fault: network.partition, host: far, traffic: {to: 10.77.0.0/24}}",
          "{fault: network.partition, traffic: {interface: \(NetworkHost.interface)}}",
          on: here, of: network, in: rig, fields: ["hosts: {far: {ssh: target}}"],
          environment: environment
        ) { (_) async throws in
          try await Task.sleep(for: .seconds(3))
          #expect(try await network.openWays().isEmpty)
        }
      }
    }

    /// As in tmux or screen, where the shell is no child of the login.
    @Test(
      "a login by ssh that did not start the runner outlives a partition of everything",
      .needs(.sshd, .ssh, .sshKeygen),
      .enabled(
        if: !ProcessTable.isBelowSSH, "where a login by ssh started the tests, only that one counts"
      )
    )
    func otherLogin() async throws {
      try await Rig.run { rig in
        let network = try await Network.make(2, in: rig)
        let (here, far) = (network.hosts[0], network.hosts[1])
        let ssh = try await SSHServer.start(in: rig, on: here)
        var login = Launch(
          far.entering + ["\(ssh.folder)/ssh", "target", "while echo x; do sleep 0.1; done"])
        login.output = .file(rig.scratch.file("login"))
        let client = try rig.start(login)
        func hears(_ more: Int) async -> Bool {
          let before = rig.scratch.text(of: "login").utf8.count
          return await eventually(within: .seconds(10)) {
            rig.scratch.text(of: "login").utf8.count > before + 2 * more
          }
        }
        try #require(await hears(1))
        try await FaultRun.during(
          "{fault: network.partition, traffic: {interface: \(NetworkHost.interface)}}",
          on: here, of: network, in: rig
        ) { (_) async throws in
          #expect(await hears(10))
          #expect(try await network.openWays().isEmpty)
        }
        // With it the shell that it has started ends, which is not below this test.
        client.sendToGroup(SIGKILL)
        _ = await client.end()
      }
    }

    @Test("of a server's connections only that of the program that started the runner is spared")
    func sparedAlone() async throws {
      try await Rig.run { rig in
        let network = try await Network.make(2, in: rig)
        let (here, there) = (network.hosts[0], network.hosts[1])
        let port = 8_080
        let server = try NetworkSocket.bound(
          to: there.address, port: port, on: there, isStream: true)
        let record = try await FaultRun.during(
          "{fault: network.blackhole, traffic: {to: \(there.address), port: \(port)}}",
          on: here, of: network, in: rig,
          through: try starter(connectedTo: there, port)
        ) { (_) async throws in
          let kept = try server.accept()
          while (try? kept.receive(isWaiting: false))?.isEmpty == false {}
          #expect(try !kept.receive().isEmpty, "what is said now arrives")
          #expect(try NetworkSocket.refusal(from: here, to: there.address, port: port) == ETIMEDOUT)
        }
        let note = record.plan.steps.first?.fault?.injections.first?.injection.note ?? ""
        #expect(note.contains("the connection of bash ("), "\(note)")
        #expect(note.contains("to \(there.address) port \(port) is spared"), "\(note)")
      }
    }

    @Test("a connection that the author allows to be cut is cut")
    func allowed() async throws {
      try await Rig.run { rig in
        let network = try await Network.make(2, in: rig)
        let (here, there) = (network.hosts[0], network.hosts[1])
        let port = 8_080
        let server = try NetworkSocket.bound(
          to: there.address, port: port, on: there, isStream: true)
        try await FaultRun.during(
          "{fault: network.blackhole, traffic: {to: \(there.address), port: \(port)}}",
          on: here, of: network, in: rig, fields: ["policy: {allow-protected: [bash]}"],
          through: try starter(connectedTo: there, port)
        ) { (_) async throws in
          let kept = try server.accept()
          while (try? kept.receive(isWaiting: false))?.isEmpty == false {}
          #expect(throws: SocketError.self, "nothing comes within two seconds") {
            try kept.receive()
          }
        }
      }
    }

    /// A program that keeps a connection, says something on it now and then, and starts what follows.
    private func starter(connectedTo host: NetworkHost, _ port: Int) throws -> [String] {
      let script = """
        exec 9<>/dev/tcp/\(host.address)/\(port) || exit 99
        while echo x; do sleep 0.1; done >&9 &
        "$@" 9>&-
        status=$?
        kill $!
        exit $status
        """
      return [try Tool.bash.required(), "-c", script, "bash"]
    }

    @Test("qdiscs and tables of others stay as they are, during a fault and behind it")
    func foreign() async throws {
      try await Rig.run { rig in
        let network = try await Network.make(2, in: rig)
        let (here, there) = (network.hosts[0], network.hosts[1])
        let rules = """
          add table inet others
          add chain inet others out { type filter hook output priority 0; }
          add rule inet others out ip daddr 192.0.2.1 drop
          add table netdev others
          add chain netdev others in { type filter hook ingress device "eth0" priority 5; }

          """
        try #require(
          try await here.output(of: ["nft", "-f", "-"], input: rules, in: rig).isSuccess)
        let discipline = "tc qdisc add dev eth0 root handle 5: tbf rate 1gbit burst 1m latency 50ms"
        let added = try await here.output(
          of: discipline.split(separator: " ").map(String.init), in: rig)
        try #require(added.isSuccess, "\(added.errors)")
        func shown() async throws -> [String] {
          let commands = [
            ["nft", "list", "table", "inet", "others"],
            ["nft", "list", "table", "netdev", "others"],
            ["tc", "qdisc", "show", "dev", "eth0"], ["tc", "filter", "show", "dev", "eth0"],
          ]
          var texts: [String] = []
          for command in commands { texts.append(try await here.output(of: command, in: rig).text) }
          return texts
        }
        let before = try await shown()
        try await FaultRun.during(
          "{fault: network.bandwidth, traffic: {to: \(there.address)}, with: {rate: 1mbit}}",
          "{fault: network.blackhole, traffic: {to: \(there.address), port: 81}}",
          on: here, of: network, in: rig
        ) { (_) async throws in
          #expect(try network.arrivals(of: 3, from: 0, to: 1, port: 81) == 0)
          _ = try network.arrivals(of: 3, from: 0, to: 1)
          #expect(try await shown() == before)
        }
        #expect(try await shown() == before)
      }
    }

    @Test(
      "a fault that met no traffic is inconclusive, and the report says why",
      arguments: [
        (
          "network.partition, traffic: {to: 10.77.0.2}",
          "no packet was selected: nothing that matches"
        ),
        ("network.blackhole, traffic: {to: 10.77.0.2, user: nobody}", "the owner sent nothing"),
        ("network.bandwidth, traffic: {interface: eth0}, with: {rate: 1mbit}", "another way"),
        (
          "connection.latency, traffic: {to: 10.77.0.2}, with: {delay: 1s}",
          "no connection was selected"
        ),
        (
          "network.dns, with: {names: a.test, fail: refused, servers: '10.77.0.2:53'}",
          "no query was selected"
        ),
      ])
    func noTraffic(_ fault: String, _ reason: String) async throws {
      try await Rig.run { rig in
        let network = try await Network.make(2, in: rig)
        let run = try FaultRun.start(["{fault: \(fault)}"], on: network.hosts[0], in: rig)
        try await run.inForce()
        let outcome = try await run.finish()
        #expect(outcome.ended(.inconclusive), "\(outcome.output)\(outcome.errors)")
        let record = try #require(Jenner.record(of: outcome))
        #expect(record.faults.first?.achieved?.contains(reason) == true, "\(record.faults)")
        #expect(outcome.errors.contains(reason), "\(outcome.errors)")
        #expect(outcome.output.contains(reason), "the summary says why: \(outcome.output)")
        #expect(record.clean)
      }
    }

    @Test("a stop condition that fires while a fault meets no traffic does not make it a failure")
    func stoppedWithoutTraffic() async throws {
      try await Rig.run { rig in
        let network = try await Network.make(2, in: rig)
        let run = try FaultRun.start(
          ["{fault: network.blackhole, traffic: {to: \(network.hosts[1].address)}}"],
          on: network.hosts[0], in: rig,
          fields: ["stop-conditions: [{probe: enough, value: {below: 0}, over: 100ms}]"])
        try await run.inForce()
        _ = try rig.scratch.write("-1", to: "enough")
        let outcome = try await run.jenner.outcome()
        #expect(outcome.ended(.inconclusive), "\(outcome.output)\(outcome.errors)")
        let record = try #require(Jenner.record(of: outcome))
        #expect(record.ended == .stopped)
        let fault = try #require(record.faults.first)
        #expect(!fault.inForce && fault.undone)
        #expect(fault.achieved?.contains("no packet was selected") == true, "\(fault)")
      }
    }

    @Test("of two runs that shape one interface the second is refused, and hears who has it")
    func twoRuns() async throws {
      try await Rig.run { rig in
        let network = try await Network.make(2, in: rig)
        let (here, there) = (network.hosts[0], network.hosts[1])
        let step =
          "{fault: network.bandwidth, traffic: {to: \(there.address)}, with: {rate: 1mbit}}"
        let first = try FaultRun.start([step], on: here, in: rig)
        try await first.inForce()
        let second = try FaultRun.start([step], on: here, in: rig)
        let refused = try await second.jenner.outcome()
        #expect(refused.ended(.refused), "\(refused.output)\(refused.errors)")
        let owner = first.jenner.errorsSoFar.firstMatch(of: /run (\w+) started/)?.output.1 ?? "?"
        let reason = "interface eth0 is a target of another run, \(owner)"
        #expect(refused.output.contains(reason), "\(refused.output)")
        _ = try network.arrivals(of: 3, from: 0, to: 1)
        _ = try await first.passes()
      }
    }

    /// Else the first one's proxy would have all connections, and the second one's none.
    @Test("of two runs that redirect connections of one network the second is refused, too")
    func twoRedirections() async throws {
      try await Rig.run { rig in
        let here = try await Network.make(2, in: rig).hosts[0]
        let first = try FaultRun.start(
          ["{fault: connection.latency, traffic: {port: 80}, with: {delay: 1s}}"], on: here, in: rig
        )
        try await first.inForce()
        let second = try FaultRun.start(
          ["{fault: http.abort, traffic: {port: 8080}}"], on: here, in: rig)
        let refused = try await second.jenner.outcome()
        #expect(refused.ended(.refused), "\(refused.output)\(refused.errors)")
        let owner = first.jenner.errorsSoFar.firstMatch(of: /run (\w+) started/)?.output.1 ?? "?"
        let reason = "the redirection of connections is a target of another run, \(owner)"
        #expect(refused.output.contains(reason), "\(refused.output)")
        #expect(try await first.finish().ended(.inconclusive))
      }
    }

    /// A program that is killed while the kernel works for it ends once the kernel is done: a busy machine
    /// may take its time for that.
    @Test("a device that what a killed holder has started makes last of all is removed too")
    func lateDevice() async throws {
      try await Rig.run { rig in
        let here = try await Network.make(1, in: rig).hosts[0]
        let device = "jennerfade0123a"
        let late = "sleep 0.5; exec ip link add name \(device) type ifb"
        let maker = try rig.start(
          Launch(here.entering + ["bash", "-c", "exec -a ip sh -c '\(late)' ip \(device)"]))
        let isStarted = await eventually(within: .seconds(5)) {
          ProcessTable.entry(of: maker.pid)?.program == "ip"
        }
        #expect(isStarted)
        let cleared = try await here.output(
          of: [try Product.agent.path(), "clear-network", "--link", device], in: rig)
        #expect(cleared.status == 0, "\(cleared.errors)")
        #expect(await maker.end().status == 0)
        let links = try await here.output(of: ["ip", "-br", "link"], in: rig).text
        #expect(!links.contains(device), "\(links)")
      }
    }

    @Test("residue does not say that all is well where nft hangs")
    func nftHangs() async throws {
      try await Rig.run { rig in
        let script = try rig.scratch.write("#!/bin/sh\nexec sleep 30\n", to: "nft")
        chmod(script, 0o755)
        let nft = try Tool.nft.required()
        let wrapper = [
          "unshare", "--mount", "--propagation", "private", "sh", "-c",
          "mount --bind \(script) \(nft) && exec \"$@\"", "sh",
        ]
        let outcome = try await Jenner.run(["residue"], in: rig, through: wrapper)
        #expect(outcome.ended(.inconclusive), "\(outcome.output)\(outcome.errors)")
        #expect(outcome.errors.contains("nft timed out"), "\(outcome.errors)")
      }
    }

    @Test("when everything is killed the rules are gone at once; recover removes the device")
    func everythingKilled() async throws {
      try await Rig.run { rig in
        let network = try await Network.make(2, in: rig)
        let (here, there) = (network.hosts[0], network.hosts[1])
        let before = try await network.pictures(in: rig)
        let run = try FaultRun.start(
          [
            "{fault: network.bandwidth, traffic: {to: \(there.address)}, with: {rate: 1mbit}}",
            "{fault: network.blackhole, traffic: {to: \(there.address), port: 81}}",
          ], on: here, in: rig)
        try await run.inForce("step1")
        try await run.inForce("step2")
        let devices = try await here.output(
          of: ["ip", "-br", "link", "show", "type", "ifb"], in: rig)
        let device = try #require(devices.text.split(separator: " ").first.map(String.init))
        let processes = try #require(AgentProcesses.find(in: rig))
        var all = [run.jenner.process.pid, processes.agent.pid, processes.guardian.pid]
        var rest = all[...]
        while let parent = rest.popFirst() {
          let children = ProcessTable.children(of: parent).map(\.pid).filter { !all.contains($0) }
          all += children
          rest += children
        }
        for pid in all { kill(pid, SIGSTOP) }
        for pid in all { kill(pid, SIGKILL) }
        _ = await run.jenner.process.end()

        let isGone = try await eventually(within: .seconds(1)) {
          try await here.output(of: ["nft", "list", "ruleset"], in: rig).text.isEmpty
        }
        #expect(isGone, "the kernel ends what is owned by a process that has ended")
        #expect(try network.arrivals(of: 3, from: 0, to: 1, port: 81) == 3)
        let residue = try await Jenner.run(["residue"], in: rig, through: here.entering)
        #expect(residue.ended(.residue), "\(residue.output)\(residue.errors)")
        #expect(residue.output.contains("ip link delete \(device)"), "\(residue.output)")
        let recovery = try await Jenner.run(["recover"], in: rig, through: here.entering)
        #expect(recovery.ended(.pass), "\(recovery.output)\(recovery.errors)")
        #expect(try await network.pictures(in: rig) == before)
        let after = try await Jenner.run(["residue"], in: rig, through: here.entering)
        // Somebody else may just have a device of another run.
        #expect(!after.output.contains(device), "\(after.output)\(after.errors)")
      }
    }
  }
}

extension Rig {
  /// A command that is not the agent but starts one that starts it, as sudo does with a process by which
  /// it waits.
  fileprivate func agentBehindTwoOthers() throws -> String {
    let inner = try scratch.write(
      "#!/bin/sh\n\(try Product.agent.path()) \"$@\"\nexit $?\n", to: "inner")
    let outer = try scratch.write("#!/bin/sh\n\(inner) \"$@\"\nexit $?\n", to: "outer")
    for script in [inner, outer] { chmod(script, 0o755) }
    return outer
  }
}

extension ProcessTable {
  /// Whether the tests were started from a login by ssh.
  fileprivate static let isBelowSSH: Bool = {
    var next = entry(of: getpid())
    while let process = next, process.pid > 1 {
      // A session shows its user behind the name.
      if process.arguments.first?.hasPrefix("sshd") ?? false { return true }
      next = entry(of: process.parent)
    }
    return false
  }()
}
