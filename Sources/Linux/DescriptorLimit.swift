internal import Glibc
internal import Synchronization

/// How many descriptors this program may have open.
///
/// A thousand observations a second of a server that hangs have thousands of connections open. The
/// soft limit is small only for programs that use select(2), so it is raised for this program and
/// given back to those that it launches.
public enum DescriptorLimit {
  /// What the soft limit was before it was raised; nil while it has not been.
  private static let original = Mutex<rlimit?>(nil)

  /// More than this no experiment needs; an unlimited hard limit would make every table huge.
  private static let most: rlim_t = 65_536

  /// Raises the soft limit as far as the hard one allows.
  public static func raise() {
    var limit = rlimit()
    let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    guard getrlimit(resource, &limit) == 0 else { return }
    let before = limit
    limit.rlim_cur = min(limit.rlim_max, most)
    guard limit.rlim_cur > before.rlim_cur, setrlimit(resource, &limit) == 0 else { return }
    original.withLock { $0 = before }
  }

  /// The limit that a launched program gets back.
  static var forChildren: [Launch.ResourceLimit] {
    guard let limit = original.withLock({ $0 }) else { return [] }
    return [
      Launch.ResourceLimit(
        resource: Int32(RLIMIT_NOFILE.rawValue), soft: UInt64(limit.rlim_cur),
        hard: UInt64(limit.rlim_max))
    ]
  }
}
