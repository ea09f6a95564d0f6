internal import Glibc
internal import Linux
internal import Model

extension StateDirectory {
  /// Why ledgers can't be believed, and what a person does about it.
  struct Distrust {
    var error: SystemError
    var cure: String

    /// The same as a refusal to begin a run.
    var refusal: Refusal { Refusal("\(error)", cure: cure) }
  }

  /// Why what is in this directory may be another's; nil if it can be believed, or is not there.
  ///
  /// What a ledger says is done to this host, and whoever may write to a folder can put one into it,
  /// take one away or exchange the folder. So the folder of ledgers must be this user's or root's, and
  /// nobody else may write to it. The one above it may be sticky instead, as /tmp is: who can write to
  /// it can't touch what is another's.
  func distrust() -> Distrust? {
    Self.distrust(of: path, mayBeSticky: true) ?? Self.distrust(of: runs, mayBeSticky: false)
  }

  /// Fails where ledgers must neither be written nor performed.
  func requireTrusted() throws(Refusal) {
    if let distrust = distrust() { throw distrust.refusal }
  }

  private static func distrust(of folder: String, mayBeSticky: Bool) -> Distrust? {
    var link = stat()
    var status = stat()
    // What can't be seen is told by whoever then tries to list it.
    guard lstat(folder, &link) == 0, stat(folder, &status) == 0 else { return nil }
    let others = [link.st_uid, status.st_uid].first { $0 != 0 && $0 != geteuid() }
    if let other = others {
      return Distrust(
        error: SystemError("trust the ledgers in \(folder), which user \(other) owns", code: EPERM),
        cure: "see what is in it and whose it is, then: "
          + Command(argv: ["mv", folder, "\(folder).foreign"]).shown)
    }
    guard status.st_mode & (S_IWGRP | S_IWOTH) != 0 else { return nil }
    if mayBeSticky, status.st_mode & S_ISVTX != 0 { return nil }
    return Distrust(
      error: SystemError(
        "trust the ledgers in \(folder), which others than its owner can write to", code: EPERM),
      cure: "see that nobody else has put a ledger into it, then: "
        + Command(argv: ["chmod", "go-w", folder]).shown)
  }
}
