/// What faults on processes need for processes of other users.
enum ProcessCapabilities {
  /// The first signals them; the others read what only their user may: which executable they run, and
  /// on which port they listen.
  static let all = ["cap_kill", "cap_sys_ptrace", "cap_dac_read_search"]
}

extension Int {
  /// `1 process`, `2 processes`.
  var processes: String { self == 1 ? "1 process" : "\(self) processes" }
}
