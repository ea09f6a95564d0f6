import Glibc
import Linux

/// A cgroup of version 2, by its folder.
struct Cgroup {
  let folder: String

  /// Where the version 2 hierarchy is mounted last, in this mount namespace.
  static func mountPoint() throws -> String {
    for line in ProcFile.text("/proc/self/mounts").split(separator: "\n").reversed() {
      let fields = line.split(separator: " ")
      if fields.count > 2, fields[2] == "cgroup2" { return String(fields[1]) }
    }
    throw SystemError("find cgroup version 2 in /proc/self/mounts", code: ENOENT)
  }

  init(making folder: String) throws {
    guard mkdir(folder, 0o755) == 0 || errno == EEXIST else { throw SystemError("make \(folder)") }
    self.folder = folder
  }

  /// Puts the calling process into it.
  func enter() throws { try write("0\n", to: "cgroup.procs") }

  /// Opens its list of processes, for whoever is to enter it by itself.
  func openProcesses() throws -> Int32 {
    let descriptor = open(folder + "/cgroup.procs", O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw SystemError("open \(folder)/cgroup.procs") }
    return descriptor
  }

  /// Ends everything in and below it at one moment: it is frozen first, so that nobody sees another
  /// die and acts on it.
  func killAtOnce() throws {
    try write("1\n", to: "cgroup.freeze")
    for _ in 0..<1000 where !ProcFile.text(folder + "/cgroup.events").contains("frozen 1") {
      usleep(200)
    }
    try write("1\n", to: "cgroup.kill")
    try write("0\n", to: "cgroup.freeze")
  }

  /// Removes it with everything below it that is empty.
  func remove() {
    _ = try? Tool.run(["find", folder, "-depth", "-type", "d", "-exec", "rmdir", "{}", ";"])
  }

  private func write(_ text: String, to name: String) throws {
    let path = "\(folder)/\(name)"
    let descriptor = open(path, O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw SystemError("open \(path)") }
    defer { close(descriptor) }
    guard Glibc.write(descriptor, text, text.utf8.count) == text.utf8.count else {
      throw SystemError("write \(path)")
    }
  }
}
