public import Model

/// An experiment with what was needed to read it.
public struct LoadedExperiment: Sendable {
  public var experiment: Experiment
  /// The path as it was given, or `<stdin>`.
  public var file: String
  /// SHA-256 of the file's bytes, the configuration's values and the secrets' names.
  public var digest: String
  /// What each `${name}` of the configuration stands for.
  public var configuration: [String: String]
  /// The values of the secrets, for whoever reveals them at the last moment; never to be shown.
  public var secrets: [String: String]
  /// Names that nothing sets.
  ///
  /// Only a validation returns any, and placeholders stand in their place, so that such an experiment
  /// can't be planned.
  public var missing: [String]

  /// The names of the secrets, which may be shown.
  public var secretNames: [String]
}

extension LoadedExperiment: CustomReflectable, CustomStringConvertible {
  /// The file and the title.
  public var description: String { "\(file): \(experiment.title)" }

  /// Everything but the secrets' values, for printing and for tests.
  public var customMirror: Mirror {
    Mirror(
      self,
      children: [
        "file": file, "digest": digest, "configuration": configuration,
        "secretNames": secretNames, "missing": missing,
      ])
  }
}
