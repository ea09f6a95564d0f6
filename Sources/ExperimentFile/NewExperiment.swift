public import Model

/// The commented experiment that `jenner new` prints to start from.
public enum NewExperiment {
  /// The kind of fault where none is named.
  public static let defaultFault = "process.pause"

  /// An experiment that passes `validate`, with one fault, taken from its own first example.
  ///
  /// - Throws: A refusal where the catalog knows no such kind.
  public static func text(
    title: String? = nil, fault kind: String = defaultFault, catalog: Catalog
  ) throws(Refusal) -> String {
    guard let type = catalog.faults[kind] else {
      throw Refusal(
        "unknown fault '\(kind.limited)'",
        cure: Suggestion.cure(for: kind, among: catalog.faults.keys.sorted()))
    }
    let example = type.examples.first
    let step = example.map { entry($0.text) } ?? "  - fault: \(kind)\n    for: 30s"
    return frame(
      title: title ?? "The shop survives this: \(type.summary.lowercasedFirst)",
      comment: example?.caption ?? type.summary, kind: kind, step: step)
  }

  /// A step as an entry of a list, indented by two.
  private static func entry(_ text: String) -> String {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let isEntry = lines.first?.hasPrefix("- ") ?? false
    return lines.enumerated().map { index, line in
      if line.isEmpty { return line }
      if isEntry { return "  " + line }
      return (index == 0 ? "  - " : "    ") + line
    }.joined(separator: "\n")
  }

  private static func frame(title: String, comment: String, kind: String, step: String) -> String {
    """
    # yaml-language-server: $schema=experiment.schema.json
    # The line above lets an editor complete and check this file; the schema comes from
    #   jenner schema > experiment.schema.json
    # Then: jenner validate FILE, jenner plan FILE (touches nothing), jenner run FILE.

    version: 1

    # What should survive what, in one line, and why, for a reader of the report.
    title: \(JSON.string(title).canonical)
    description: Say what you expect to happen, and who would notice if it did not.
    tags: [example]
    owner: your-team

    # ${name} stands for these values everywhere below. --var url=... outweighs them.
    configuration:
      url: {env: SERVICE_URL, default: "http://127.0.0.1:8080/"}

    # What healthy looks like. It must hold before anything is broken and again afterwards.
    steady-state-hypothesis:
      title: The service answers fast and without errors
      # How long it must hold before anything is broken.
      baseline: 20s
      # How soon after the undo it must hold again, and for how long.
      recovery: {within: 60s, holds: 10s}
      probes:
        - name: answers
          # Asked once every 100 ms; an answer other than 200, or none in 2 s, is a failure.
          http: {url: "${url}", timeout: 2s, expect: {status: 200}}
          every: 100ms
          # In the baseline and after recovery: 98 of 100 succeed, 95 of 100 within 500 ms.
          tolerance: {success: {min: 98%}, p95: {max: 500ms}}
          # Instead, while a fault is in force, judged from 5 s after it is.
          while-faulted:
            within: 5s
            success: {min: 90%}
        # A probe without a tolerance is only observed; any command can be one.
        - name: disk is not full
          command: {run: [sh, -c, "test $(df --output=pcent / | tail -n 1 | tr -dc 0-9) -lt 95"]}
          every: 5s

    # What to break, step by step. Each step is put back after its 'for', whatever happens.
    # 'jenner faults \(kind)' explains the step below:
    # \(comment)
    method:
    \(step)

    # What ends the run at once, with everything put back.
    stop-conditions:
      - {probe: answers, success: {below: 20%}, over: 5s}

    # How long the run may take, and how many hosts and processes it may hit together.
    limits: {duration: 10m, targets: 10}

    """
  }
}

extension String {
  fileprivate var lowercasedFirst: String { prefix(1).lowercased() + dropFirst() }
}
