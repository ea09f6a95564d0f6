/// The reference pages, in GitHub Flavored Markdown: the same declarations that read a file.
extension KindDescription {
  /// The page of all kinds of fault.
  public static func faultReference(of catalog: Catalog) -> String {
    page(
      title: "Faults",
      introduction: """
        A step names a kind under `fault:`, its parameters under `with:` and what it hits under \
        `targets:`. The [guide](../guide.md#the-method) explains the rest of a step.
        """, parameters: "with", kinds: faults(of: catalog))
  }

  /// The page of all kinds of probe.
  public static func probeReference(of catalog: Catalog) -> String {
    page(
      title: "Probes",
      introduction: """
        A probe observes one thing: its section stands under the name of its kind. The \
        [guide](../guide.md#probes) explains the keys beside it, such as `every` and `tolerance`.
        """, parameters: "key", kinds: probes(of: catalog))
  }

  private static func page(
    title: String, introduction: String, parameters: String, kinds: [KindDescription]
  ) -> String {
    var blocks = [
      "# \(title)",
      """
      <!-- Written by the code, not by hand: JENNER_UPDATE_GOLDEN=1 swift test --filter jennerTests -->
      """, introduction,
      kinds.map { "- [\($0.name)](#\($0.anchor)): \($0.summary)" }.joined(separator: "\n"),
    ]
    for kind in kinds { blocks += kind.markdown(parameters: parameters) }
    return blocks.joined(separator: "\n\n") + "\n"
  }

  private func markdown(parameters: String) -> [String] {
    var blocks = ["## \(name)", summary.capitalisedFirst + "."]
    if !traits.isEmpty {
      blocks.append(traits.map { "- \($0.name): \($0.text)" }.joined(separator: "\n"))
    }
    let rows = Self.rows(of: fields, under: "")
    if rows.isEmpty {
      blocks.append("It has no parameters.")
    } else {
      let head = ["| \(parameters) | type | default | meaning |", "| --- | --- | --- | --- |"]
      blocks.append((head + rows).joined(separator: "\n"))
    }
    for example in examples {
      let end = example.caption.last?.isPunctuation == true ? "" : ":"
      blocks += [example.caption + end, "```yaml\n\(example.text)\n```"]
    }
    return blocks
  }

  /// One row for each field, those of sections in it included; names that an author chooses have none.
  private static func rows(of fields: [Schema.Field], under path: String) -> [String] {
    fields.filter { !$0.isPattern }.flatMap { field in
      let name = path + field.name
      let fallback = field.isRequired ? "required" : field.fallback.map { "`\($0)`" } ?? ""
      let cells = ["`\(name)`", field.schema.words, fallback, field.summary]
      let row = "| " + cells.map(\.inCell).joined(separator: " | ") + " |"
      return [row] + rows(of: field.schema.fields, under: name + ".")
    }
  }

  /// What GitHub makes of a heading: letters in lower case, no punctuation.
  private var anchor: String {
    name.lowercased().filter { $0.isLetter || $0.isNumber || $0 == "-" }
  }
}

extension Schema {
  /// What a value may be, in a word or two.
  fileprivate var words: String {
    if self == Duration.schema { return "duration" }
    if self == Percentage.schema { return "percentage" }
    switch self {
    case .string(_, "regex"): return "regular expression"
    case .string: return "text"
    case .integer(let least?, let most?): return "whole number from \(least) to \(most)"
    case .integer: return "whole number"
    case .number: return "number"
    case .boolean: return "true or false"
    case .choice(let names): return names.map { "`\($0)`" }.joined(separator: ", ")
    case .list(let element): return "list of: \(element.words)"
    case .object(let fields): return fields.allSatisfy(\.isPattern) ? "names and values" : "section"
    case .any(let schemas):
      return schemas.map(\.words).reduce(into: [String]()) { words, next in
        if !words.contains(next) { words.append(next) }
      }.joined(separator: ", or ")
    case .reference(let name): return name
    case .anything: return "anything"
    }
  }
}

extension String {
  fileprivate var capitalisedFirst: String { prefix(1).uppercased() + dropFirst() }

  /// The text in a cell of a table.
  fileprivate var inCell: String {
    split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|")
  }
}
