internal import Glibc
internal import Linux
internal import Model

extension StateDirectory {
  /// The directory of this call and, for root, the one that root's runs use by default: ledgers of a
  /// run with another `$JENNER_STATE` are not searched for over the whole disk.
  static var known: [StateDirectory] {
    let own = StateDirectory()
    let standard = StateDirectory(path: rootDefault)
    return geteuid() == 0 && own.path != rootDefault ? [own, standard] : [own]
  }

  /// Whether a failure to list the ledgers says only that they are another user's, and closed to this
  /// one: none of them can be of this user's runs.
  func isClosedByAnother(_ error: SystemError) -> Bool {
    guard error.code == EACCES, geteuid() != 0 else { return false }
    var place = path[...]
    while !place.isEmpty {
      var status = stat()
      if lstat(String(place), &status) == 0 { return status.st_uid != geteuid() }
      place = place[..<(place.lastIndex(of: "/") ?? place.startIndex)]
    }
    return true
  }

  /// The command that does what its ledgers have pending.
  var recoverCommand: String {
    if path == StateDirectory().path { return "jenner-agent recover" }
    return Command(argv: ["env", "JENNER_STATE=\(path)", "jenner-agent", "recover"]).shown
  }
}
