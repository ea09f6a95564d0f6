public import Model

extension ExperimentFile {
  /// The JSON Schema 2020-12 of an experiment file, from the same declarations that read it.
  ///
  /// An editor completes and checks with it; what spans several fields only `validate` finds.
  public static func schema(catalog: Catalog) -> JSON {
    var members = members(of: Schema.declared(by: Experiment.self, with: catalog).json)
    members["$schema"] = .string("https://json-schema.org/draft/2020-12/schema")
    members["$id"] = .string("urn:jenner:experiment:\(Experiment.version)")
    members["title"] = .string("Jenner experiment")
    members["description"] = .string(
      "A chaos experiment: what healthy looks like, and what to break")
    members["$defs"] = .object(definitions(catalog: catalog))
    return .object(members)
  }

  private static func definitions(catalog: Catalog) -> [String: JSON] {
    var all: [String: JSON] = [
      "configuration": named(ConfigurationEntry.schema, "where the value comes from"),
      "secrets": named(SecretEntry.schema, "where the secret comes from"),
      "probe": probe(catalog),
      "step": step(catalog),
    ]
    for unit in [Metric.Unit.share, .time, .number] {
      all["limit.\(unit)"] = unit.limitSchema.json
    }
    for (kind, type) in catalog.probes { all["probe.\(kind)"] = type.schema.json }
    return all
  }

  /// A section whose names the author chooses.
  private static func named(_ entry: Schema, _ summary: String) -> JSON {
    let field = Schema.Field(
      name: "^[A-Za-z_][A-Za-z0-9_-]*$", summary: summary, schema: entry, isPattern: true)
    return Schema.object([field]).json
  }

  private static func probe(_ catalog: Catalog) -> JSON {
    var members = members(of: Schema.declared(by: ProbeDeclaration.self, with: catalog).json)
    members["oneOf"] = exactlyOne(of: catalog.probes.keys.sorted())
    return .object(members)
  }

  private static func step(_ catalog: Catalog) -> JSON {
    var members = members(of: Schema.declared(by: Step.self, with: catalog).json)
    members["oneOf"] = exactlyOne(of: Step.contents)
    let kinds = catalog.faults.sorted { $0.key < $1.key }
    if case .object(var properties)? = members["properties"] {
      let summaries = kinds.map { "\($0.key): \($0.value.summary)" }.joined(separator: "\n")
      properties["fault"] = [
        "enum": .array(kinds.map { .string($0.key) }),
        "description": .string("the kind of fault\n\(summaries)"),
      ]
      members["properties"] = .object(properties)
    }
    members["allOf"] = .array(kinds.map { parameters(of: $0.value) })
    return .object(members)
  }

  /// What `with` and `targets` look like where `fault` names this kind.
  private static func parameters(of type: any Fault.Type) -> JSON {
    let schema = type.schema
    var then: [String: JSON] = ["properties": ["with": schema.json]]
    var required: [JSON] = type.targeting == .processes ? ["targets"] : []
    if schema.fields.contains(where: \.isRequired) { required.append("with") }
    if !required.isEmpty { then["required"] = .array(required) }
    return [
      "if": [
        "properties": ["fault": ["const": .string(type.name)]], "required": ["fault"],
      ],
      "then": .object(then),
    ]
  }

  private static func exactlyOne(of names: [String]) -> JSON? {
    names.isEmpty ? nil : .array(names.map { ["required": [.string($0)]] })
  }

  private static func members(of json: JSON) -> [String: JSON] {
    guard case .object(let members) = json else { return [:] }
    return members
  }
}
