import Linux
import Model

/// The network of a throwaway process, into which the list of what is left on the host does not look.
struct SelftestNetwork {
  private let namespace: NetworkNamespace

  /// That of a process; nil if it has none of its own.
  init?(of process: ProcessIdentity) {
    guard SelftestTarget.hasOwnNetwork(process.pid),
      let found = try? LinuxHost().networkNamespace(at: "/proc/\(process.pid)/ns/net")
    else { return nil }
    namespace = found
  }

  /// Whether rules in it have force: the sets that they ask have elements only then, and nobody else makes
  /// any there.
  var hasLiveRules: Bool {
    let list = Command(argv: NetworkNamespace.entering(namespace) + ["nft", "list", "sets"])
    let result = LinuxHost().check(list)
    return result.isSuccess && result.output.contains("elements = {")
  }

  /// What of ours is in it, in words; nil if nothing is.
  ///
  /// - Parameter withDevices: whether devices count; an inert one is all that a killed holder may leave.
  func left(withDevices: Bool) -> String? {
    do throws(Unseen) {
      let found = try MarkedObject.all(in: namespace).filter { object in
        if case .link = object { withDevices } else { true }
      }
      return found.isEmpty ? nil : found.map(\.shown).joined(separator: ", ") + " in its network"
    } catch {
      return "its network can't be looked into: \(error.reason)"
    }
  }
}
