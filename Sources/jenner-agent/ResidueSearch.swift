internal import Agent
internal import Glibc
internal import Linux
internal import Model

/// `jenner-agent residue`: what runs on this host left behind, with the command that clears each.
enum ResidueSearch {
  static func run(_ format: Terminal.Format) -> ExitStatus {
    do throws(SystemError) {
      let (found, unseen) = try search()
      for unseen in unseen {
        Terminal.warn("jenner-agent residue: not looked for: \(unseen.reason)\n")
      }
      let shown =
        switch format {
        case .json: Terminal.show(json: found)
        case .text: Terminal.show(text(of: found, hasSeenAll: unseen.isEmpty))
        }
      if !found.isEmpty { return .residue }
      // What a user may never see says nothing; a tool that failed just now leaves the question open.
      return unseen.contains { $0.mayPass } ? .inconclusive : shown
    } catch {
      Terminal.warn("jenner-agent residue: \(error)\n")
      return .inconclusive
    }
  }

  private static func text(of found: [Residue], hasSeenAll: Bool) -> String {
    if !found.isEmpty {
      return found.map { "\($0.what)\n  clear with: \($0.command)\n" }.joined()
    }
    return hasSeenAll
      ? "Nothing is left behind on this host.\n"
      : "Nothing was found on this host, as far as this user can see.\n"
  }

  /// First what ledgers say is pending, then what is found without any; and what can't be looked for.
  private static func search() throws(SystemError) -> (found: [Residue], unseen: [Unseen]) {
    let name = HostFacts.current().hostname
    let host = LinuxHost()
    var found: [Residue] = []
    var pendingRuns: Set<String> = []
    var openRuns: Set<String> = []
    var closed: [Unseen] = []
    for directory in StateDirectory.known {
      let paths: [String]
      do throws(SystemError) {
        paths = try directory.ledgerPaths()
      } catch {
        if directory.isClosedByAnother(error) {
          closed.append(Unseen("ledgers: \(error)"))
        } else {
          found.append(
            Residue(
              host: name, what: "ledgers that can't be looked at: \(error)",
              command: directory.remedyOfUnlisted))
        }
        continue
      }
      for path in paths {
        let ledger: LedgerState
        do throws(SystemError) {
          guard let read = try StateDirectory.read(path) else { continue }
          ledger = read
        } catch {
          found.append(
            Residue(
              host: name, what: "a ledger that can't be read: \(error)",
              command: LedgerState.remedyOfUnreadable(at: path)))
          continue
        }
        let run = ledger.runName(at: path)
        if case .leave = Recovery.decision(ledger, at: path, on: host) {
          openRuns.insert(run)
          continue
        }
        if !ledger.pending.isEmpty { pendingRuns.insert(run) }
        found += ledger.pending.map { pending in
          Residue(
            host: name, what: "run \(run): \(pending)",
            command: ledger.remedy(at: path) ?? directory.recoverCommand)
        }
      }
    }
    let (leftovers, unseen) = try Leftovers(openRuns: openRuns).search()
    for leftover in leftovers {
      // Its ledger has named it already.
      if case .stopped(let lock) = leftover, pendingRuns.contains(lock.run) { continue }
      found.append(Residue(host: name, what: leftover.what, command: leftover.command))
    }
    return (found, closed + unseen)
  }
}
