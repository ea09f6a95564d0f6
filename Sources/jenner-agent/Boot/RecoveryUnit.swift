/// The unit that has systemd run `recover` at boot: systemd.unit(5), systemd.service(5).
struct RecoveryUnit {
  static let name = "jenner-recover.service"
  /// The first line; a unit without it was not made by us.
  static let mark = "# Made by: jenner install-recovery"

  /// The absolute path of this program.
  var program: String
  /// Where the ledgers are.
  var stateDirectory: String

  /// The unit's text.
  ///
  /// The condition is looked at by systemd itself: where there is no ledger no process is started.
  var text: String {
    """
    \(Self.mark)
    [Unit]
    Description=Put back what a chaos experiment left behind when the machine went down
    ConditionDirectoryNotEmpty=\(Self.escaped(stateDirectory))/runs
    After=local-fs.target network.target

    [Service]
    Type=oneshot
    Environment="JENNER_STATE=\(Self.escaped(stateDirectory))"
    ExecStart="\(Self.escaped(program))" recover

    [Install]
    WantedBy=multi-user.target

    """
  }

  /// Whether a path can stand in a unit: it is absolute, and has no quote, backslash or control
  /// character.
  static func canName(_ path: String) -> Bool {
    path.hasPrefix("/")
      && path.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0 != "\"" && $0 != "\\" }
  }

  /// A percent sign begins a specifier: systemd.unit(5).
  private static func escaped(_ path: String) -> String {
    path.split(separator: "%", omittingEmptySubsequences: false).joined(separator: "%%")
  }
}
