import ExperimentFile
import Glibc
import Linux
import Model

/// What this host can do to networks.
///
/// Its kernel is asked as a plan asks it, by the fault's own question, for the example with which
/// `jenner new` begins. Nothing is changed, but that the kernel may load modules for its answer.
enum NetworkFindings {
  /// Whether a fault on traffic could be injected here, and if not, why.
  static func finding(_ name: String) -> Finding {
    let isServed = name.hasPrefix("connection.") || name.hasPrefix("http.")
    let alone = isServed ? "; with 'listen' and 'upstream' it needs no privilege" : ""
    guard geteuid() == 0 else {
      return Finding(
        name: name, isGood: true,
        detail: "by an agent that is root (JENNER_AGENT='sudo -n jenner-agent')\(alone); "
          + "'sudo jenner doctor' says whether this kernel has what it takes")
    }
    guard let fault = example(of: name) else {
      return Finding(name: name, isGood: false, detail: "its own example can't be read")
    }
    let setting = NetworkSetting(step: 0, neighbours: [], linkCount: 0, host: LinuxHost())
    do throws(Refusal) {
      _ = try fault.injection(into: traffic, in: setting)
      return Finding(name: name, isGood: true, detail: "this kernel has what it takes")
    } catch {
      return Finding(name: name, isGood: false, detail: error.text)
    }
  }

  private static let traffic = Traffic(
    direction: .out,
    conversations: [
      Conversation(
        remote: [AddressRange(.loopbackV4)],
        remotePorts: PortRange(1, 1).map { [$0] } ?? [], transport: .tcp)
    ],
    interfaces: ["lo"], includesLoopback: true)

  private static func example(of name: String) -> (any NetworkFault)? {
    guard let text = try? NewExperiment.text(fault: name, catalog: .builtIn),
      let loaded = try? ExperimentFile.read(
        bytes: Array(text.utf8), file: name, environment: [:], catalog: .builtIn,
        purpose: .validation)
    else { return nil }
    return loaded.experiment.steps.compactMap { $0.fault?.fault as? any NetworkFault }.first
  }
}
