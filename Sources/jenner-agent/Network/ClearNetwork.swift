internal import Glibc
internal import Linux
internal import Model

/// `jenner-agent clear-network`, which removes the devices of a network fault, and sees that its tables
/// are gone.
///
/// It may be run at any time and again; what is not there is not missed.
struct ClearNetwork {
  private var objects = NetworkObjects(tables: [], links: [])

  /// The kernel removes the tables of a process a moment after it has ended.
  private static let patience: Duration = .seconds(2)
  /// What is still delayed when the rules are gone was sent before: it gets out in its time, if that is
  /// soon, instead of being lost with the device.
  private static let drainage: Duration = .seconds(1)
  private static let pause: UInt32 = 2_000
  /// What a holder makes devices with.
  private static let makers: Set<String> = ["ip", "tc"]

  /// Reads `--namespace INODE:PATH`, `--link NAME` and `--table FAMILY:NAME`; nil if it is not that.
  init?(arguments: [String]) {
    guard arguments.count % 2 == 0 else { return nil }
    for index in stride(from: 0, to: arguments.count, by: 2) {
      let value = arguments[index + 1]
      let parts = value.split(separator: ":", maxSplits: 1).map(String.init)
      switch arguments[index] {
      case "--namespace":
        guard parts.count == 2, let inode = UInt64(parts[0]) else { return nil }
        objects.namespace = NetworkNamespace(path: parts[1], inode: inode)
      // Nothing but our own is ever removed, whatever the ledger says.
      case "--link" where RunMark(beginning: value) != nil: objects.links.append(value)
      case "--table" where parts.count == 2 && RunMark(beginning: parts[1]) != nil:
        objects.tables.append(NetworkRules.Table(family: parts[0], name: parts[1]))
      default: return nil
      }
    }
  }

  /// That it can't say so is no reason not to have done it: what it ends with is what counts.
  func run() -> ExitStatus {
    do throws(SystemError) {
      if let namespace = objects.namespace {
        switch NetworkEntry.find(namespace) {
        case .at(let present): try NetworkEntry.enter(present)
        case .gone:
          _ = Terminal.show(
            "the network namespace \(namespace.path) is gone, and all that was in it\n")
          return .pass
        case .hidden:
          Terminal.warn(
            "jenner-agent clear-network: the network namespace \(namespace.path) is not found, and not "
              + "all networks may be seen here; run 'jenner recover' as root\n")
          return .residue
        }
      }
    } catch {
      Terminal.warn("jenner-agent clear-network: \(error)\n")
      return .residue
    }
    return clear() ? .pass : .residue
  }

  /// Waits until nobody makes the devices any more.
  ///
  /// What a killed holder had started is killed as well, but only when it comes out of the kernel: a
  /// device that it was about to make is there by then, and not a moment before.
  private func outwaitMakers() {
    let host = LinuxHost()
    wait(atMost: Self.patience) { host.isRunning(Self.makers, withAnyOf: objects.links) }
  }

  private func wait(atMost limit: Duration, while isSo: () -> Bool) {
    let deadline = EventLoop.now + limit
    while isSo(), EventLoop.now < deadline { usleep(Self.pause) }
  }

  /// Removes the devices, and looks meanwhile whether the tables are gone: the kernel takes some tens of
  /// milliseconds for a device.
  private func clear() -> Bool {
    if !objects.links.isEmpty { outwaitMakers() }
    let links = objects.links.filter(MarkedObject.hasLink)
    wait(atMost: Self.drainage) { holdsPackets(links) }
    let removals = links.map { Command(argv: ["ip", "link", "delete", $0]) }
    var results = LinuxHost().check(removals + [Self.tables])
    let tables = results.removeLast()
    let areLinksGone = zip(links, results).reduce(true) { isGone($1.0, after: $1.1) && $0 }
    return areTablesGone(tables) && areLinksGone
  }

  private func holdsPackets(_ links: [String]) -> Bool {
    let statistics = links.map {
      Command(argv: ["tc", "-s", "-j", "qdisc", "show", "dev", $0])
    }
    return LinuxHost().check(statistics).contains { result in
      (QdiscStatistics.list(from: result.output) ?? []).contains { $0.backlogPackets > 0 }
    }
  }

  private func isGone(_ link: String, after removal: CommandResult) -> Bool {
    guard MarkedObject.hasLink(link) else {
      _ = Terminal.show("link \(link) is removed; ")
      return true
    }
    Terminal.warn(
      "jenner-agent clear-network: ip link delete \(link): \(removal.summary) "
        + "\(removal.errors.limited)\n")
    return false
  }

  private static let tables = Command(argv: ["nft", "list", "tables"])

  /// Looks until they are gone, or for too long; `first` is what was seen already.
  private func areTablesGone(_ first: CommandResult) -> Bool {
    var result = first
    let deadline = EventLoop.now + Self.patience
    while true {
      let present = objects.tables.filter { table in
        result.output.split(separator: "\n").contains("table \(table.text)")
      }
      if result.isSuccess, present.isEmpty {
        let names = objects.tables.map { "table \($0.text)" }.joined(separator: ", ")
        _ = Terminal.show("\(names) is not there any more\n")
        return true
      }
      guard EventLoop.now < deadline else {
        let reason =
          present.isEmpty ? result.errors.limited : "table \(present[0].text) is still there"
        Terminal.warn("jenner-agent clear-network: nft list tables: \(reason)\n")
        return false
      }
      usleep(Self.pause)
      result = LinuxHost().check(Self.tables)
    }
  }
}
