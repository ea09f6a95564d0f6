import FoundationEssentials
import Glibc
import Model
import Reports

/// The folder of one run's reports: `DIR/<time>-<slug>/`.
struct ReportFolder {
  let path: String

  /// Makes the folder, with everything above it, before anything is broken.
  init(in directory: String, title: String, started: String) throws(Failure) {
    try Self.makeDirectory(directory)
    let time = started.filter { $0.isNumber || $0 == "T" || $0 == "Z" }
    let name = "\(time)-\(Self.slug(of: title))"
    // Two runs of one second get folders of their own.
    for attempt in 1...1_000 {
      let path = "\(directory)/\(name)" + (attempt == 1 ? "" : "-\(attempt)")
      if mkdir(path, 0o755) == 0 {
        self.path = path
        return
      }
      guard errno == EEXIST else { throw Self.failure(path, errno) }
    }
    throw .message("\(directory) has a thousand reports of one second", .usage)
  }

  /// Writes every report; each is on disk, or an error says which is not.
  func write(_ record: Record) throws(Failure) {
    for format in Reports.all {
      guard let fileName = format.fileName else { continue }
      let text: String
      do {
        text = try format.render(record)
      } catch {
        throw .message("the \(format.name) report could not be made: \(error)", .inconclusive)
      }
      try Self.write(text, to: "\(path)/\(fileName)")
    }
    try Self.sync(path)
  }

  /// Removes a folder in which nothing was written.
  func removeIfEmpty() {
    rmdir(path)
  }

  static func slug(of title: String) -> String {
    let words = title.lowercased().split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }
    let slug = words.joined(separator: "-").prefix(60)
    return slug.isEmpty ? "experiment" : String(slug)
  }

  private static func makeDirectory(_ path: String) throws(Failure) {
    var made = path.hasPrefix("/") ? "" : "."
    for part in path.split(separator: "/") {
      made += "/" + part
      if mkdir(made, 0o755) != 0, errno != EEXIST { throw failure(made, errno) }
    }
    guard access(path, W_OK | X_OK) == 0 else { throw failure(path, errno) }
  }

  /// Writes beside and renames, so that a report is whole or absent.
  private static func write(_ text: String, to path: String) throws(Failure) {
    let draft = path + ".draft"
    let descriptor = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw failure(draft, errno) }
    defer { close(descriptor) }
    let bytes = Array(text.utf8)
    var start = 0
    while start < bytes.count {
      let count = bytes[start...].withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress, $0.count)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw failure(draft, errno) }
      start += count
    }
    guard fsync(descriptor) == 0, rename(draft, path) == 0 else { throw failure(path, errno) }
  }

  private static func sync(_ directory: String) throws(Failure) {
    let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(directory, errno) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw failure(directory, errno) }
  }

  private static func failure(_ path: String, _ code: Int32) -> Failure {
    .message(
      "\(path) can't hold reports: \(String(cString: strerror(code))); name another directory "
        + "with --reports", .usage)
  }
}
