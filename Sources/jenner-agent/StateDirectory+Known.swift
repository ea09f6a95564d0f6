internal import Glibc
internal import Model

extension StateDirectory {
  /// The directory of this call and, for root, the one that root's runs use by default: ledgers of a
  /// run with another `$JENNER_STATE` are not searched for over the whole disk.
  static var known: [StateDirectory] {
    let own = StateDirectory()
    let standard = StateDirectory(path: rootDefault)
    return geteuid() == 0 && own.path != rootDefault ? [own, standard] : [own]
  }

  /// The command that does what its ledgers have pending.
  var recoverCommand: String {
    if path == StateDirectory().path { return "jenner-agent recover" }
    return Command(argv: ["env", "JENNER_STATE=\(path)", "jenner-agent", "recover"]).shown
  }
}
