internal import Model

/// The programs of the Secure Shell, by which people log in and agents are reached.
enum SecureShell {
  /// OpenSSH's server, which is one program for each part of its work since 9.8 and 10.0.
  private static let openSSH: Set<String> = ["sshd", "sshd-session", "sshd-auth"]
  private static let servers = openSSH.union(["dropbear"])
  private static let clients: Set<String> = ["ssh", "dbclient"]

  /// Whether a process lets somebody in.
  static func isServer(_ process: ProcessFacts) -> Bool {
    !servers.isDisjoint(with: process.names)
  }

  /// Whether a process reaches another host.
  static func isClient(_ process: ProcessFacts) -> Bool {
    !clients.isDisjoint(with: process.names)
  }

  /// Whether an author who allows these names means a process: who says `sshd` means all of that server.
  static func isAllowed(_ process: ProcessFacts, by names: Set<String>) -> Bool {
    if !names.isDisjoint(with: process.names) { return true }
    return names.contains("sshd") && !openSSH.isDisjoint(with: process.names)
  }
}
