import FoundationEssentials
import Glibc
import Linux

/// The files that an author's own commands make and remove again.
enum ChangedFiles {
  static let folder = "/run/proof/files"
  /// Removed by the undo of the action that made it.
  static let undone = folder + "/undone"
  /// Removed by the rollback.
  static let rolledBack = folder + "/rolled-back"

  /// Whether one of them is there.
  static var areThere: Bool {
    isThere(undone) || isThere(rolledBack)
  }

  /// Whether a file is there.
  static func isThere(_ file: String) -> Bool { access(file, F_OK) == 0 }

  /// Makes them, as the action does.
  static func make() throws {
    for file in [undone, rolledBack] { try Data().write(to: URL(filePath: file)) }
  }

  /// Removes them, and makes their folder where it is missing.
  static func clear() throws {
    try Directory.make(folder, mode: 0o700)
    for file in [undone, rolledBack] { unlink(file) }
  }
}
