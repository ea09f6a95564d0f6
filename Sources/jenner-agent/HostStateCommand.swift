internal import Agent
internal import Linux
internal import Model

/// `jenner-agent state`: what of this host is compared before and after a run.
enum HostStateCommand {
  static func run(_ format: Terminal.Format) -> ExitStatus {
    do throws(SystemError) {
      let state = try HostStateReader.read(files: files)
      return switch format {
      case .json: Terminal.show(line: state)
      case .text: Terminal.show(text(of: state))
      }
    } catch {
      Terminal.warn("jenner-agent state: \(error)\n")
      return .inconclusive
    }
  }

  /// Jenner's own files: the ledgers, with whether anything in them is left to do, and the locks,
  /// with the runs that made them.
  private static func files() throws(Unseen) -> [String: String] {
    var entries: [String: String] = [:]
    do throws(SystemError) {
      for path in try StateDirectory().ledgerPaths() {
        guard let ledger = try StateDirectory.read(path) else { continue }
        entries[path] =
          "ledger of run \(ledger.runName(at: path)), \(ledger.isIdle ? "settled" : "open")"
      }
    } catch {
      throw Unseen(error.description)
    }
    // One that nobody holds keeps nobody away, unless it says whom a killed run has left stopped.
    for path in LockFiles.paths
    where FileLock.isHeld(path) == true || LockFiles.stoppedProcess(at: path) != nil {
      entries[path] = "lock of run \(LockFiles.run(at: path).limited)"
    }
    return entries
  }

  private static func text(of state: HostState) -> String {
    HostState.Section.allCases.map { section in
      switch state.sections[section] {
      case .entries(let entries)?:
        let lines = entries.sorted { $0.key < $1.key }.map { "  \($0.key)\t\($0.value.limited)\n" }
        return "\(section.title): \(entries.count)\n\(lines.joined())"
      case .unseen(let reason)?: return "\(section.title): can't be seen: \(reason)\n"
      case nil: return "\(section.title): not read\n"
      }
    }.joined() + "read in \(Duration.seconds(state.elapsedSeconds).text)\n"
  }
}
