import FoundationEssentials
import Glibc

/// Something wrong that may be given for an experiment file, and what its author must get to read.
struct BadInput: Sendable, CustomStringConvertible {
  /// What stands where the file should be.
  enum Content: Sendable {
    case text(String)
    case bytes([UInt8])
    /// A file of so many bytes.
    case size(Int)
    case folder
    case pipe
    case nothing
  }

  var name: String
  var content: Content
  /// Further arguments of the call.
  var arguments: [String] = []
  /// `line:column`; nil where the file as a whole is wrong.
  var place: String?
  /// A part of the message.
  var says: String
  /// A part of what to do about it.
  var cure: String

  var description: String { name }

  init(
    _ name: String, _ content: Content, at place: String? = nil, says: String, cure: String
  ) {
    self.name = name
    self.content = content
    self.place = place
    self.says = says
    self.cure = cure
  }

  /// A whole text that is wrong.
  init(_ name: String, _ text: String, at place: String? = nil, says: String, cure: String) {
    self.init(name, .text(text), at: place, says: says, cure: cure)
  }

  /// An experiment with one thing in it that is wrong, from where this text starts in it.
  init(
    _ name: String, _ experiment: ExperimentText, from wrong: String, says: String, cure: String
  ) {
    let text = experiment.text
    self.init(name, .text(text), at: Self.place(of: wrong, in: text), says: says, cure: cure)
  }

  /// A sound experiment that is called with wrong arguments.
  init(
    _ name: String, _ experiment: ExperimentText, arguments: [String], says: String, cure: String
  ) {
    self.init(name, .text(experiment.text), says: says, cure: cure)
    self.arguments = arguments
  }

  /// Puts it where a file is expected.
  func make(in scratch: ScratchDirectory) throws -> String {
    let path = scratch.file("bad.yaml")
    switch content {
    case .text(let text): _ = try scratch.write(text, to: "bad.yaml")
    case .bytes(let bytes): try Data(bytes).write(to: URL(filePath: path))
    case .size(let size):
      _ = try scratch.write("title: ", to: "bad.yaml")
      guard truncate(path, size) == 0 else { throw SocketError(call: "truncate", status: errno) }
    case .folder: _ = try scratch.makeDirectory("bad.yaml")
    case .pipe:
      guard mkfifo(path, 0o600) == 0 else { throw SocketError(call: "mkfifo", status: errno) }
    case .nothing: break
    }
    return path
  }

  /// Where a text starts in another; every table entry names one that is there.
  private static func place(of wrong: String, in text: String) -> String {
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    {
      if let range = line.firstRange(of: wrong) {
        return "\(index + 1):\(line.distance(from: line.startIndex, to: range.lowerBound) + 1)"
      }
    }
    return "'\(wrong)' is not in the text"
  }
}
