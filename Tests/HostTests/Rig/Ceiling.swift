/// What a call may use at most; the kernel holds it to that.
///
/// A limit rather than a measurement afterwards: ru_maxrss(2) of a child starts with the memory of
/// the process that started it, and this one is large.
enum Ceiling {
  /// 100 MB of memory that the call asks for, and one second of a processor, however busy the
  /// machine is: past the first it can't go on, and past the second it gets SIGXCPU.
  static let forReading = [
    "sh", "-c", "ulimit -d 100000 && ulimit -t 1 && exec \"$@\"", "sh",
  ]
}
