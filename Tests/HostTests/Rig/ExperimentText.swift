/// The text of a short experiment, with only what tests differ in.
struct ExperimentText {
  var baseline = "2s"
  var recovery = "{within: 10s, holds: 1s}"
  /// Entries of `probes`, one line each.
  var probes: [String]
  /// Entries of `method`, one line each.
  var method: [String] = []
  /// Further fields of the experiment, one line each, at the end.
  var fields: [String] = []

  /// The file.
  var text: String {
    """
    version: 1
    title: A test of Jenner
    steady-state-hypothesis:
      baseline: \(baseline)
      recovery: \(recovery)
      probes:
    \(probes.map { "    - \($0)\n" }.joined())\
    method:\(method.isEmpty ? " []" : "")
    \(method.map { "  - \($0)\n" }.joined())\
    limits: {duration: 2m}
    \(fields.joined(separator: "\n"))

    """
  }

  /// A probe that always succeeds.
  static let truth = probe("truth", "command: {run: ['true'], timeout: 1s}")

  /// A probe that must nearly always succeed; 29 good samples show it.
  static func probe(_ name: String, _ section: String, every: String = "100ms") -> String {
    "{name: \(name), \(section), every: \(every), tolerance: {success: {min: 90%}}}"
  }
}
