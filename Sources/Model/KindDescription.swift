/// What can be said of a kind of fault or probe, from its own declarations: help, reference, JSON.
public struct KindDescription: Sendable, Hashable {
  public var name: String
  public var summary: String
  /// Facts in pairs, such as what it hits and what it needs.
  public var traits: [Trait]
  public var fields: [Schema.Field]
  public var examples: [Example]

  /// A property of a kind, in words.
  public struct Trait: Sendable, Hashable {
    public var name: String
    public var text: String
  }

  /// The catalog's faults, by name.
  public static func faults(of catalog: Catalog) -> [KindDescription] {
    catalog.faults.sorted { $0.key < $1.key }.map { name, type in
      var traits = [Trait(name: "hits", text: type.targeting.rawValue)]
      if !type.capabilities.isEmpty {
        traits.append(
          Trait(
            name: "needs",
            text: type.capabilities.joined(separator: ", ")
              + (type.targeting == .processes ? " for processes of other users" : "")))
      }
      if !type.tools.isEmpty {
        traits.append(Trait(name: "tools", text: type.tools.joined(separator: ", ")))
      }
      return KindDescription(
        name: name, summary: type.summary, traits: traits, fields: type.schema.fields,
        examples: type.examples)
    }
  }

  /// The catalog's probes, by name.
  public static func probes(of catalog: Catalog) -> [KindDescription] {
    catalog.probes.sorted { $0.key < $1.key }.map { name, type in
      KindDescription(
        name: name, summary: type.summary, traits: [], fields: type.schema.fields,
        examples: type.examples)
    }
  }

  /// The description for a terminal.
  public var text: String {
    var lines = ["\(name): \(summary)", ""]
    lines += traits.map { "\($0.name): \($0.text)" }
    if !traits.isEmpty { lines.append("") }
    lines += Self.lines(of: fields, indent: "  ")
    for example in examples {
      lines += ["", "# \(example.caption)", example.text]
    }
    return lines.joined(separator: "\n")
  }

  private static func lines(of fields: [Schema.Field], indent: String) -> [String] {
    fields.flatMap { field in
      let need =
        field.isRequired ? " (required)" : field.fallback.map { " (default \($0))" } ?? ""
      return ["\(indent)\(field.name)\(need): \(field.summary)"]
        + lines(of: field.schema.fields, indent: indent + "  ")
    }
  }

  /// The description as JSON, with the parameters' JSON Schema.
  public var json: JSON {
    [
      "name": .string(name), "summary": .string(summary),
      "traits": .object(
        Dictionary(traits.map { ($0.name, .string($0.text)) }, uniquingKeysWith: { $1 })),
      "schema": Schema.object(fields).json,
      "examples": .array(
        examples.map { ["caption": .string($0.caption), "text": .string($0.text)] }),
    ]
  }
}
