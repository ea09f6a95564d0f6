import ExperimentFile
import Model
import Testing
import Verdict

@testable import jenner

/// Reads experiments as `jenner validate` does.
enum Experiments {
  /// The experiment, or a failure of the test with every problem.
  static func valid(_ text: String, named name: String) throws -> Experiment {
    do throws(Problems) {
      let experiment = try ExperimentFile.read(
        bytes: Array(text.utf8), file: name, environment: [:], catalog: .builtIn,
        purpose: .validation
      ).experiment
      let problems = Feasibility.problems(of: experiment, file: name)
      guard problems.isEmpty else { throw Problems(problems) }
      return experiment
    } catch {
      throw Invalid(text: error.all.map(\.text).joined(separator: "\n"))
    }
  }

  /// The least experiment around a step.
  static func frame(method step: String) -> String {
    frame(
      probes: """
            - name: shop
              http: {url: "http://127.0.0.1:8080/"}
              every: 100ms
              tolerance: {success: {min: 90%}}
        """, method: indented(step, by: 2))
  }

  /// The least experiment around a probe; its method is long enough for any tolerance that a
  /// method can show at all.
  static func frame(probe: String) -> String {
    frame(probes: indented(probe, by: 4), method: "  - wait: 2h")
  }

  private static func frame(probes: String, method: String) -> String {
    """
    version: 1
    title: An example
    hosts:
      n1: {exec: [jenner-agent], address: 192.0.2.1}
      n2: {exec: [jenner-agent], address: 192.0.2.2}
      n3: {exec: [jenner-agent], address: 192.0.2.3}
    steady-state-hypothesis:
      baseline: 5m
      recovery: {within: 5m, holds: 1m}
      probes:
    \(probes)
    method:
    \(method)
    limits: {duration: 3h}

    """
  }

  private static func indented(_ text: String, by count: Int) -> String {
    let space = String(repeating: " ", count: count)
    return text.split(separator: "\n").map { space + $0 }.joined(separator: "\n")
  }

  /// An example that is no valid experiment.
  struct Invalid: Error, CustomStringConvertible {
    var text: String

    var description: String { text }
  }
}
