internal import Model

/// Finds out whether the host can do what the rules ask for.
///
/// Nothing is touched; the kernel may load the modules that it needs for the answer.
struct Preflight {
  let host: any Host

  func check(_ rules: NetworkRules, _ traffic: Traffic) throws(Refusal) {
    try checkRules(rules, traffic)
    if !rules.links.isEmpty { try checkDevices() }
    // Several devices have most of their disciplines in common.
    let disciplines = Set(rules.links.flatMap(\.disciplines).map(Self.withoutPlace))
    for words in disciplines { try check(words) }
  }

  /// nft(8) with `-c` has the kernel look at the rules and then forget them.
  private func checkRules(_ rules: NetworkRules, _ traffic: Traffic) throws(Refusal) {
    // The fault's own devices are not there yet: any other stands for them.
    let device = traffic.interfaces.first ?? "lo"
    let script = rules.script.map { line in
      rules.links.reduce(line) { $0.replacing("\"\($1.name)\"", with: "\"\(device)\"") }
        .replacing(RunMark.placeholder, with: "jenner_check")
        .replacing(NetworkRules.portPlaceholder(.v4), with: "1")
        .replacing(NetworkRules.portPlaceholder(.v6), with: "1")
    }
    var command = Command(
      argv: NetworkNamespace.entering(rules.namespace) + ["nft", "-c", "-f", "-"])
    command.input = script.joined(separator: "\n") + "\n"
    let result = host.check(command)
    if result.isSuccess { return }
    throw explained(result, tool: "nft", package: "nftables")
  }

  private func check(_ discipline: [String]) throws(Refusal) {
    let kind = discipline.first ?? ""
    try tryElsewhere(
      "tc", ["qdisc", "add", "dev", "lo", "root"] + discipline, lacking: kind,
      module: "sch_\(kind)", where: ["qdisc kind is unknown", "No such file"])
  }

  private func checkDevices() throws(Refusal) {
    // What the kernel needs to answer it loads, here as above. Asked for by the kernel, this module is
    // loaded with two devices that nobody wants; who may not load it hears so below.
    _ = host.check(Command(argv: ["modprobe", "--quiet", "ifb", "numifbs=0"]))
    try tryElsewhere(
      "ip", ["link", "add", "name", "check", "type", "ifb"], lacking: "ifb device", module: "ifb",
      where: ["Unknown device type", "not supported"])
  }

  /// Runs a tool in a network namespace that ends with the command.
  private func tryElsewhere(
    _ tool: String, _ arguments: [String], lacking name: String, module: String,
    where complaints: [String]
  ) throws(Refusal) {
    let result = host.check(Command(argv: ["unshare", "--net", tool] + arguments))
    // So unshare(1) says that there is no such tool.
    if result.errors.contains("failed to execute") {
      throw Refusal("\(tool) can't be run", cure: "install the package iproute2")
    }
    // Who may not make a namespace hears of a missing module at the injection, before the rules.
    if result.isSuccess || result.errors.contains("unshare") { return }
    if let table = result.errors.firstMatch(of: /No distribution data for (\w+)/) {
      throw Refusal(
        "tc has no table of the distribution '\(table.1)'",
        cure: "install the whole package iproute2, with its *.dist files, or take no distribution")
    }
    if complaints.contains(where: result.errors.contains) {
      throw Refusal(
        "this kernel has no \(name), by which packets would be shaped (module \(module))",
        cure:
          "install the kernel's extra modules (such as linux-modules-extra, kernel-modules-extra)"
          + " and 'modprobe \(module)', or use a 'connection.' fault, which needs none")
    }
    throw explained(result, tool: tool, package: "iproute2")
  }

  /// The words of a discipline alone, behind its place and its handle.
  private static func withoutPlace(_ words: [String]) -> [String] {
    Array(words.drop { $0 != "handle" }.dropFirst(2))
  }

  private func explained(_ result: CommandResult, tool: String, package: String) -> Refusal {
    if case .notStarted = result.ending {
      return Refusal("\(tool) can't be run", cure: "install the package \(package)")
    }
    let errors = result.errors
    if errors.contains("not permitted") || errors.contains("Permission denied") {
      return Refusal(
        "\(tool) is not permitted: it needs cap_net_admin, and cap_sys_admin in another network",
        cure: "run the agent as root, such as with JENNER_AGENT='sudo -n jenner-agent'")
    }
    if errors.contains("not supported") || errors.contains("No such file or directory") {
      return Refusal(
        "this kernel lacks what the rules need: \(errors.limited)",
        cure:
          "rules that forward to a device need Linux 5.16 and the modules nft_fwd_netdev and ifb")
    }
    return Refusal("\(tool) \(result.summary): \(errors.limited)")
  }
}
