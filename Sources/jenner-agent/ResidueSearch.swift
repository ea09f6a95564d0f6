internal import Agent
internal import Glibc
internal import Linux
internal import Model

/// `jenner-agent residue`: what runs on this host left behind, with the command that clears each.
enum ResidueSearch {
  static func run(_ format: Terminal.Format) -> ExitStatus {
    do throws(SystemError) {
      let found = try search()
      switch format {
      case .json: Terminal.show(json: found)
      case .text:
        Terminal.show(
          found.isEmpty
            ? "Nothing is left behind on this host.\n"
            : found.map { "\($0.what)\n  clear with: \($0.command)\n" }.joined())
      }
      return found.isEmpty ? .pass : .residue
    } catch {
      Terminal.warn("jenner-agent residue: \(error)\n")
      return .inconclusive
    }
  }

  /// First what ledgers say is pending, then what is found without any.
  private static func search() throws(SystemError) -> [Residue] {
    let name = HostFacts.current().hostname
    let host = LinuxHost()
    var found: [Residue] = []
    var pendingRuns: Set<String> = []
    var openRuns: Set<String> = []
    for directory in StateDirectory.known {
      for path in try directory.ledgerPaths() {
        let ledger: LedgerState
        do throws(SystemError) {
          guard let read = try StateDirectory.read(path) else { continue }
          ledger = read
        } catch {
          found.append(
            Residue(
              host: name, what: "a ledger that can't be read: \(error)",
              command: directory.recoverCommand))
          continue
        }
        if case .leave = Recovery.decision(ledger, at: path, on: host) {
          openRuns.insert(ledger.run)
          continue
        }
        if !ledger.pending.isEmpty { pendingRuns.insert(ledger.run) }
        found += ledger.pending.map { pending in
          Residue(
            host: name, what: "run \(ledger.run): \(pending)", command: directory.recoverCommand)
        }
      }
    }
    let (leftovers, unseen) = try Leftovers(openRuns: openRuns).search()
    for reason in unseen { Terminal.warn("jenner-agent residue: not looked for: \(reason)\n") }
    for leftover in leftovers {
      // Its ledger has named it already.
      if case .stopped(let lock) = leftover, pendingRuns.contains(lock.run) { continue }
      found.append(Residue(host: name, what: leftover.what, command: leftover.command))
    }
    return found
  }
}
