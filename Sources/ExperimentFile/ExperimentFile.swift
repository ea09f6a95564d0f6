public import Model

/// The file that an author writes: YAML or JSON in, an experiment or every problem of it out.
public enum ExperimentFile {
  /// What the experiment is read for.
  public enum Purpose: Sendable {
    /// Only to be checked: what the environment would have to give may be missing.
    case validation
    /// To be planned and run: everything must be there.
    case execution
  }

  /// The path that stands for standard input.
  public static let standardInput = "-"

  /// Reads an experiment.
  ///
  /// - Parameters:
  ///   - path: A regular file of at most `Limits.fileSize` bytes, or `-` for standard input.
  ///   - variables: What `--var name=value` gave; it outweighs the environment and defaults.
  ///   - environment: The environment's variables; one that is empty counts as not set.
  ///   - catalog: The kinds of fault and probe that the file may name.
  /// - Throws: Every problem of the file, in the order of their places.
  public static func read(
    path: String, variables: [String: String] = [:], environment: [String: String],
    catalog: Catalog, purpose: Purpose = .execution
  ) throws(Problems) -> LoadedExperiment {
    let isStandardInput = path == standardInput
    let file = isStandardInput ? "<stdin>" : path
    let bytes: [UInt8]
    do throws(FileBytes.Failure) {
      bytes =
        isStandardInput
        ? try FileBytes.readStandardInput(limit: Limits.fileSize)
        : try FileBytes.read(path: path, limit: Limits.fileSize)
    } catch {
      throw Problems([Problem(file: file, message: error.message, cure: error.cure)])
    }
    return try read(
      bytes: bytes, file: file, variables: variables, environment: environment, catalog: catalog,
      purpose: purpose)
  }

  /// Reads an experiment from bytes; `file` names it in problems, and its folder is where relative
  /// paths of secrets start.
  public static func read(
    bytes: [UInt8], file: String, variables: [String: String] = [:],
    environment: [String: String], catalog: Catalog, purpose: Purpose = .execution
  ) throws(Problems) -> LoadedExperiment {
    var reading = Reading(file: file, catalog: catalog)
    guard bytes.count <= Limits.fileSize else {
      let failure = FileBytes.Failure.tooLarge(limit: Limits.fileSize)
      throw Problems([Problem(file: file, message: failure.message, cure: failure.cure)])
    }
    guard let text = SourceText(bytes, in: &reading),
      let root = YAMLTree.compose(text, in: &reading)
    else { throw Problems(reading.problems) }
    guard !root.isNull else {
      reading.note(
        "the file is empty", at: nil, cure: "'jenner new' prints an experiment to start from")
      throw Problems(reading.problems)
    }
    guard case .map = root.content else {
      reading.note(
        "an experiment is a section with fields, not \(root.kind)", at: root.mark,
        cure: "start with 'version: 1'; 'jenner new' prints an example")
      throw Problems(reading.problems)
    }
    let source = Source(
      file: file, variables: variables, environment: environment, purpose: purpose)
    let values = Values(of: root, from: source, in: &reading)
    var substitution = Substitution(of: values, in: reading)
    let filled = substitution.fill(root: root)
    reading = substitution.reading
    guard let experiment = Experiment.read(filled, in: &reading), reading.problems.isEmpty else {
      throw Problems(reading.problems)
    }
    return LoadedExperiment(
      experiment: experiment, file: file, digest: digest(of: bytes, values),
      configuration: values.configuration, secrets: values.secrets, missing: values.missing,
      secretNames: values.secretNames)
  }

  private static func digest(of bytes: [UInt8], _ values: Values) -> String {
    let parts: JSON = [
      "file": .string(Digest(of: bytes).hexadecimal),
      "configuration": .object(values.configuration.mapValues(JSON.string)),
      "secrets": .array(values.secretNames.map(JSON.string)),
    ]
    return parts.digest
  }

  /// Where a file and its values come from.
  struct Source {
    var file: String
    var variables: [String: String]
    var environment: [String: String]
    var purpose: Purpose

    /// A path that the file names, from the file's own folder.
    func resolved(_ path: String) -> String {
      guard !path.hasPrefix("/"), let slash = file.lastIndex(of: "/") else { return path }
      return file[...slash] + path
    }
  }
}
