internal import Glibc
internal import Linux
internal import Model

/// `jenner-agent install-recovery`: has systemd run `recover` at boot, or no longer.
///
/// It writes one unit and the link that enables it, as `systemctl enable` would; that way it also works
/// on a machine's image, where no systemd runs.
struct RecoveryInstallation {
  private static let units = "/etc/systemd/system"
  private static let wants = "\(units)/multi-user.target.wants"

  /// What is before every path: empty, or where an image is mounted.
  private let root: String
  private let isRemoval: Bool

  private var unitPath: String { "\(root)\(Self.units)/\(RecoveryUnit.name)" }
  private var linkPath: String { "\(root)\(Self.wants)/\(RecoveryUnit.name)" }

  /// Reads `[--remove] [--root DIRECTORY]`; nil if the arguments are others.
  init?(arguments: [String]) {
    var rest = arguments[...]
    var root = ""
    var isRemoval = false
    while let word = rest.popFirst() {
      switch word {
      case "--remove": isRemoval = true
      case "--root":
        guard let path = rest.popFirst(), path.hasPrefix("/") else { return nil }
        root = path.hasSuffix("/") ? String(path.dropLast()) : path
      default: return nil
      }
    }
    self.root = root
    self.isRemoval = isRemoval
  }

  /// Does it and says what was done.
  func run() -> ExitStatus {
    do {
      try refuseForeignUnit()
      return Terminal.show(isRemoval ? try remove() : try install())
    } catch let refusal as Refusal {
      Terminal.warn("jenner-agent install-recovery: \(refusal.text)\n")
      return .refused
    } catch {
      let cure = geteuid() == 0 ? "" : "; this takes root: sudo jenner install-recovery"
      Terminal.warn("jenner-agent install-recovery: \(error)\(cure)\n")
      return .inconclusive
    }
  }

  private func install() throws -> String {
    let unit = try unit()
    let present = try? FileContents.bytes(of: unitPath, limit: 1 << 16)
    if present == Array(unit.text.utf8), isLinked {
      return "\(unitPath) is installed already.\n"
    }
    try Directory.make("\(root)\(Self.wants)", mode: 0o755)
    try DurableFile.replace(unitPath, with: Array(unit.text.utf8), mode: 0o644)
    if !isLinked {
      unlink(linkPath)
      guard symlink("../\(RecoveryUnit.name)", linkPath) == 0 else {
        throw SystemError("make link \(linkPath)")
      }
    }
    let note = try reload()
    return "\(unitPath) is installed: 'recover' runs at boot where a run was cut off.\n\(note)"
  }

  private func remove() throws -> String {
    guard access(unitPath, F_OK) == 0 || isLinked else { return "There is nothing to remove.\n" }
    for path in [linkPath, unitPath] {
      guard unlink(path) == 0 || errno == ENOENT else { throw SystemError("remove \(path)") }
    }
    return "\(unitPath) is removed.\n" + (try reload())
  }

  private var isLinked: Bool { LinuxHost.link(linkPath) == "../\(RecoveryUnit.name)" }

  private func unit() throws -> RecoveryUnit {
    let unit = RecoveryUnit(
      program: LinuxHost.link("/proc/self/exe") ?? "", stateDirectory: StateDirectory().path)
    // Root will run it at every boot; in an image it is somewhere else.
    if root.isEmpty, let path = Self.pathThatOthersMayChange(unit.program) {
      throw Refusal(
        "root would run \(unit.program) at boot, and others than root can change \(path)",
        cure: "install jenner-agent for root, in /usr/local/bin for one")
    }
    for path in [unit.program, unit.stateDirectory] where !RecoveryUnit.canName(path) {
      throw Refusal("'\(path)' can't stand in a unit", cure: "install jenner-agent elsewhere")
    }
    return unit
  }

  /// The part of a path that others than root can exchange; nil if there is none.
  private static func pathThatOthersMayChange(_ program: String) -> String? {
    var path = ""
    for name in program.split(separator: "/") {
      path += "/" + name
      var status = stat()
      let isRoots = lstat(path, &status) == 0 && status.st_uid == 0
      if !isRoots || status.st_mode & (S_IWGRP | S_IWOTH) != 0 { return path }
    }
    return nil
  }

  private func refuseForeignUnit() throws {
    guard let bytes = try? FileContents.bytes(of: unitPath, limit: 1 << 16) else { return }
    guard String(decoding: bytes, as: UTF8.self).hasPrefix(RecoveryUnit.mark) else {
      throw Refusal(
        "\(unitPath) was not made by this program",
        cure: "move it away, if it is not needed any more")
    }
  }

  /// Has a running systemd read its units again.
  private func reload() throws -> String {
    guard root.isEmpty, access("/run/systemd/system", F_OK) == 0 else {
      return "systemd does not run here; it reads the unit at the next boot.\n"
    }
    let loop = try EventLoop()
    var result: CommandResult?
    CommandRunner(loop: loop, exactCapabilities: false).run(
      Command(argv: ["systemctl", "daemon-reload"], timeout: .seconds(30)), for: .action
    ) {
      result = $0
      loop.stop()
    }
    loop.run()
    guard let result, !result.isSuccess else { return "" }
    return "systemctl daemon-reload \(result.summary); run it again by hand.\n"
  }
}
