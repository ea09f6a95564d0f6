import ArgumentParser
import ExperimentFile
import Glibc
import Model

/// `jenner new`: a commented experiment file to start from.
struct NewCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "new", abstract: "Writes a commented experiment file to start from.")

  @Argument(
    help: ArgumentHelp("The file to write; without it, standard output.", valueName: "file"))
  var file: String?

  @Option(help: "The experiment's title.")
  var title: String?

  @Option(help: ArgumentHelp("The kind of fault to start with.", valueName: "kind"))
  var fault = NewExperiment.defaultFault

  func run() throws {
    let text: String
    do {
      text = try NewExperiment.text(title: title, fault: fault, catalog: .builtIn)
    } catch {
      Failure.message(error.message + (error.cure.map { "; \($0)" } ?? ""), .usage)
        .report(asJSON: false)
      throw ExitStatus.usage.code
    }
    guard let file else {
      try Console.output(text)
      return
    }
    // O_EXCL: an author's file is never overwritten.
    let descriptor = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      let reason = String(cString: strerror(errno))
      Failure.message("\(file) could not be made: \(reason); name a new file", .usage)
        .report(asJSON: false)
      throw ExitStatus.usage.code
    }
    defer { close(descriptor) }
    let bytes = Array(text.utf8)
    guard write(descriptor, bytes, bytes.count) == bytes.count else {
      Failure.message("\(file) could not be written", .inconclusive).report(asJSON: false)
      throw ExitStatus.inconclusive.code
    }
    Console.error("wrote \(file); next: jenner validate \(file.shellQuoted)")
  }
}
