import Glibc
import Model
import Testing

@testable import ExperimentFile

@Suite struct SchemaTests {
  private let schema = ExperimentFile.schema(catalog: catalog)

  @Test func itNamesItselfAndEveryTopLevelField() throws {
    #expect(schema["$schema"]?.string == "https://json-schema.org/draft/2020-12/schema")
    #expect(schema["$id"]?.string == "urn:jenner:experiment:1")
    guard case .object(let properties)? = schema["properties"] else {
      Issue.record("no properties")
      return
    }
    #expect(
      properties.keys.sorted() == [
        "configuration", "description", "hosts", "limits", "method", "owner", "policy",
        "rollbacks", "secrets", "seed", "steady-state-hypothesis", "stop-conditions", "tags",
        "title", "version",
      ])
  }

  @Test func everyReferenceResolves() {
    var references: [String] = []
    visit(schema) { json in
      if let reference = json["$ref"]?.string { references.append(reference) }
    }
    #expect(references.contains("#/$defs/step"))
    for reference in Set(references) {
      #expect(reference.hasPrefix("#/$defs/"))
      #expect(schema["$defs"]?[String(reference.dropFirst(8))] != nil, "\(reference)")
    }
  }

  @Test func everyPropertyIsDescribed() {
    var undescribed: [String] = []
    visit(schema) { json in
      // Conditions repeat properties that are described where they are declared.
      guard json["additionalProperties"] != nil else { return }
      for group in ["properties", "patternProperties"] {
        guard case .object(let properties)? = json[group] else { continue }
        for (name, property) in properties where (property["description"]?.string ?? "").isEmpty {
          undescribed.append(name)
        }
      }
    }
    #expect(undescribed.isEmpty)
  }

  @Test func everyKindIsInIt() {
    let text = schema.canonical
    for name in catalog.faults.keys { #expect(text.contains(#""const":"\#(name)""#)) }
    for name in catalog.probes.keys { #expect(schema["$defs"]?["probe.\(name)"] != nil) }
  }

  /// A second opinion, from a validator that others wrote.
  @Test func anotherValidatorAgrees() throws {
    guard system("python3 -c 'import jsonschema, yaml' 2>/dev/null") == 0 else {
      print("SKIPPED: python3 with jsonschema and PyYAML is not installed; the schema is unchecked")
      return
    }
    try withScratchDirectory { folder in
      try write(schema.canonical, to: "\(folder)/schema.json")
      try write(Self.script, to: "\(folder)/check.py")
      let documents = try Self.documents()
      for (index, document) in documents.enumerated() {
        // What the schema refuses, the reader must refuse as well; it knows more besides.
        let found = problems(document.text, purpose: .validation)
        #expect(found.isEmpty == document.isGood, "\(document.name): \(found)")
        try write(document.text, to: "\(folder)/\(index).yaml")
      }
      #expect(system("python3 \(folder)/check.py \(folder) > \(folder)/results") == 0)
      let results = try FileBytes.read(path: "\(folder)/results", limit: 1 << 20)
      let lines = String(decoding: results, as: UTF8.self).split(separator: "\n")
      #expect(lines.count == documents.count)
      for (line, document) in zip(lines, documents) {
        #expect((line == "good") == document.isGood, "\(document.name): \(line)")
      }
    }
  }

  private static func documents() throws -> [(name: String, isGood: Bool, text: String)] {
    [
      ("the design's", true, checkout),
      ("the template", true, try NewExperiment.text(catalog: catalog)),
      ("numbers as text", true, withMethod("  - run: [sleep, 10, true]")),
      (
        "values everywhere", true,
        """
        version: 1
        title: ${a}
        configuration: {a: 1, b: {env: B}, c: {env: C, default: 2}}
        method:
          - {fault: cpu.stress, with: {load: "${b}"}, for: "${b}", after: "${c}s"}
          - {fault: process.kill, targets: {port: "${b}", tree: "${b}", pick: "${b}"}}
        steady-state-hypothesis:
          probes:
            - {name: p, http: {url: "http://${a}"}, tolerance: {success: {min: "${b}"}}, every: "${b}"}
        limits: {targets: "${b}"}
        """
      ),
      ("an unknown field", false, withMethod("  []\nmethods: []")),
      ("no method", false, "version: 1\ntitle: t"),
      ("a step without content", false, withMethod("  - name: x")),
      ("two contents", false, withMethod("  - {wait: 5s, run: [a]}")),
      ("an unknown fault", false, withMethod("  - {fault: proces.kill, targets: {port: 1}}")),
      ("no targets", false, withMethod("  - {fault: process.kill}")),
      ("no parameters", false, withMethod("  - {fault: cpu.stress}")),
      ("a wrong parameter", false, withMethod("  - {fault: cpu.stress, with: {load: 5s}}")),
      ("a duration without unit", false, withMethod("  - {wait: 5}")),
      ("an unknown probe", false, withProbes("    - {name: p, htp: {url: x}}")),
      (
        "a wrong limit", false,
        withProbes("    - {name: p, http: {url: http://x}, tolerance: {p95: {max: 300}}}")
      ),
    ]
  }

  private static let script = """
    import json, os, sys, jsonschema, yaml
    folder = sys.argv[1]
    schema = json.load(open(folder + "/schema.json"))
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    index = 0
    while os.path.exists(f"{folder}/{index}.yaml"):
        errors = list(validator.iter_errors(yaml.safe_load(open(f"{folder}/{index}.yaml"))))
        print(repr(errors[0].message) if errors else "good")
        index += 1
    """

  private func visit(_ json: JSON, _ body: (JSON) -> Void) {
    body(json)
    switch json {
    case .array(let elements): for element in elements { visit(element, body) }
    case .object(let members): for member in members.values { visit(member, body) }
    default: break
    }
  }
}
