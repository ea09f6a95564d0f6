import ExperimentFile
import FoundationEssentials
import Model
import Reports

extension PlanFile {
  /// The plan as text for a file or a program.
  func text() throws(Failure) -> String {
    do {
      return try JSONReport.layOut(self) + "\n"
    } catch {
      throw .message("the plan can't be written as JSON: \(error)", .inconclusive)
    }
  }

  /// Writes the plan to a file.
  func write(to path: String) throws(Failure) {
    let text = try text()
    do {
      try text.write(toFile: path, atomically: true, encoding: .utf8)
    } catch {
      throw .message(
        "\(path) could not be written: \(error.localizedReason); name another path", .usage)
    }
  }

  /// Reads a plan that `plan --out` wrote, and checks that it has not been edited.
  static func read(_ path: String) throws(Failure) -> PlanFile {
    let bytes: [UInt8]
    do {
      bytes = try FileBytes.read(path: path, limit: Limits.planSize)
    } catch {
      throw .unreadable(error, path: path)
    }
    guard let file = try? JSONDecoder().decode(PlanFile.self, from: Data(bytes)),
      file.version == 1
    else {
      throw .message(
        "\(path) is no plan of this version; make one with 'jenner plan FILE --out \(path)'",
        .usage)
    }
    guard try file.plan.knownDigest == file.digest else {
      throw .message(
        "\(path) has been changed since it was planned: its digest is another; plan again", .usage)
    }
    return file
  }
}

extension Error {
  /// The reason without the decoration that Foundation adds.
  fileprivate var localizedReason: String {
    (self as? CocoaError)?.underlyingReason ?? "\(self)"
  }
}

extension CocoaError {
  fileprivate var underlyingReason: String? {
    switch code {
    case .fileNoSuchFile: "no such directory"
    case .fileWriteNoPermission: "permission denied"
    default: nil
    }
  }
}
