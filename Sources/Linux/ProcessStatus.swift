/// What proc_pid_stat(5) says in one line.
struct ProcessStatus: Hashable {
  var state: String
  var parent: Int32
  var session: Int32
  /// Set in the flags of a kernel thread: PF_KTHREAD.
  var isKernelThread: Bool
  var startTime: UInt64

  private static let kernelThreadFlag: UInt64 = 0x0020_0000

  /// Reads the line; nil if it is none.
  ///
  /// The name in parentheses may hold spaces and parentheses of its own, so the fields are counted
  /// from the last closing one.
  init?(line: [UInt8]) {
    guard let end = line.lastIndex(of: UInt8(ascii: ")")) else { return nil }
    let fields = line[(end + 1)...].split(separator: UInt8(ascii: " "))
    // Field 3, the state, is the first after the name; field 22 is the start time.
    guard fields.count > 19 else { return nil }
    func number(_ field: Int) -> UInt64? {
      UInt64(String(decoding: fields[field - 3], as: UTF8.self))
    }
    guard let parent = number(4), let session = number(6), let flags = number(9),
      let startTime = number(22)
    else { return nil }
    state = String(decoding: fields[0], as: UTF8.self)
    self.parent = Int32(truncatingIfNeeded: parent)
    self.session = Int32(truncatingIfNeeded: session)
    isKernelThread = flags & Self.kernelThreadFlag != 0
    self.startTime = startTime
  }
}
