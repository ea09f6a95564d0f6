internal import Model

/// The mounts of this mount namespace, by proc_pid_mountinfo(5), without their numbers.
enum MountsSection: StateSection {
  static let section = HostState.Section.mounts

  static func entries(using tools: StateTools) throws(Unseen) -> [String: String] {
    do throws(SystemError) {
      let bytes = try FileContents.bytes(of: "/proc/self/mountinfo", limit: 16 << 20)
      return mounts(in: String(decoding: bytes, as: UTF8.self))
    } catch {
      throw Unseen(error.description)
    }
  }

  /// The mounts by the place where they are; of several at one place the later ones are numbered.
  static func mounts(in mountinfo: String) -> [String: String] {
    var mounts = NumberedEntries()
    for line in mountinfo.split(separator: "\n") {
      let fields = line.split(separator: " ")
      // After six fields come optional ones, which end with a dash.
      guard let dash = fields.firstIndex(of: "-"), dash >= 6, fields.count > dash + 2 else {
        continue
      }
      let options = [fields[5]] + fields.dropFirst(dash + 3)
      mounts.add(
        String(fields[4]),
        "\(fields[dash + 1]) of \(fields[dash + 2]) at \(fields[3]), "
          + options.joined(separator: ","))
    }
    return mounts.entries
  }
}
