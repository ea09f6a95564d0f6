internal import CCap
internal import CLinux
internal import Glibc

/// The capabilities of the calling thread, by capabilities(7).
///
/// Linux keeps them for each thread; whoever changes them checks that there is only one.
public enum Capabilities {
  /// The permitted capabilities by name, such as `cap_kill`.
  public static var permitted: Set<String> {
    var sets = jenner_capabilities()
    guard jenner_capabilities_get(&sets) == 0 else { return [] }
    return names(of: sets.permitted)
  }

  /// The bits of some capabilities.
  static func mask(of names: [String]) throws(SystemError) -> UInt64 {
    var mask: UInt64 = 0
    for name in names {
      var number: cap_value_t = 0
      guard cap_from_name(name, &number) == 0, (0..<64).contains(number) else {
        throw SystemError("find a capability '\(name)'", code: EINVAL)
      }
      mask |= 1 << UInt64(number)
    }
    return mask
  }

  /// Drops everything but `kept` in all five sets, for good.
  ///
  /// A process of user 0 would regain everything when it executes a program, so SECBIT_NOROOT is
  /// locked and the bounding set is cut as well. `kept` stays in the inheritable and ambient sets,
  /// so that the guardian, which this process executes, has it too. Where CAP_SETPCAP is missing, as
  /// for any ordinary user, there is nothing that executing a program could regain, and only the
  /// other sets are set.
  ///
  /// What is not permitted now can't be kept; that is no error, since it can only be less.
  public static func keepOnly(_ kept: Set<String>) throws(SystemError) {
    guard threadCount() == 1 else {
      throw SystemError("drop capabilities in a process of several threads", code: EBUSY)
    }
    let held = permitted
    let wanted = try mask(of: kept.intersection(held).sorted())
    var sets = jenner_capabilities()
    guard jenner_capabilities_get(&sets) == 0 else { throw SystemError("read capabilities") }
    if sets.effective & (1 << UInt64(CAP_SETPCAP)) != 0 {
      guard jenner_lock_no_root() == 0 else { throw SystemError("lock SECBIT_NOROOT") }
      for number in 0..<Int32(cap_max_bits()) where wanted & (1 << UInt64(number)) == 0 {
        guard jenner_bounding_drop(number) == 0 else {
          throw SystemError("cut the capability bounding set")
        }
      }
    }
    guard jenner_ambient_clear() == 0 else { throw SystemError("empty the ambient set") }
    try set(wanted)
    for number in 0..<cap_max_bits() where wanted & (1 << UInt64(number)) != 0 {
      guard cap_set_ambient(number, CAP_SET) == 0 else {
        throw SystemError("set the ambient capabilities")
      }
    }
  }

  private static func set(_ wanted: UInt64) throws(SystemError) {
    guard let state = cap_init() else { throw SystemError("make a capability state") }
    defer { cap_free(UnsafeMutableRawPointer(state)) }
    let values = (0..<cap_max_bits()).filter { wanted & (1 << UInt64($0)) != 0 }
    if !values.isEmpty {
      for flag in [CAP_EFFECTIVE, CAP_PERMITTED, CAP_INHERITABLE] {
        guard cap_set_flag(state, flag, Int32(values.count), values, CAP_SET) == 0 else {
          throw SystemError("prepare capabilities")
        }
      }
    }
    guard cap_set_proc(state) == 0 else { throw SystemError("set capabilities") }
  }

  private static func names(of mask: UInt64) -> Set<String> {
    var names: Set<String> = []
    for number in 0..<cap_max_bits() where mask & (1 << UInt64(number)) != 0 {
      guard let name = cap_to_name(number) else { continue }
      names.insert(String(cString: name))
      cap_free(name)
    }
    return names
  }

  /// The number of threads of this process.
  public static func threadCount() -> Int {
    (try? Directory.entries(of: "/proc/self/task").count) ?? 0
  }
}
