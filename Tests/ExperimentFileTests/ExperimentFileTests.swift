import Model
import Testing

@testable import ExperimentFile

@Suite struct ExperimentFileTests {
  @Test func everyPartOfTheDesignsExperiment() throws {
    let loaded = try read(checkout, environment: checkoutEnvironment)
    let experiment = loaded.experiment
    #expect(experiment.title == "Checkout survives losing a replica and a slow database")
    #expect(experiment.hosts.map(\.name) == ["app", "db"])
    #expect(experiment.hypothesis.baseline == .seconds(60))
    #expect(experiment.hypothesis.probes.map(\.kind) == ["http", "prometheus"])
    #expect(experiment.method.count == 5)
    #expect(experiment.steps.map(\.name).prefix(2) == ["lose a replica", "wait"])
    #expect(experiment.steps.compactMap(\.fault?.kind).count == 3)
    #expect(experiment.method[0].lasts == .seconds(60))
    #expect(experiment.rollbacks[0].action.command.argv.last == "postgresql@replica")
    #expect(experiment.stopConditions[0].over == .seconds(5))
    #expect(experiment.limits.targets == 3)
    #expect(experiment.method[0].mark == Mark(line: 39, column: 5))
  }

  @Test func valuesComeFromVariablesThenTheEnvironmentThenDefaults() throws {
    let defaults = try read(checkout, environment: checkoutEnvironment)
    #expect(
      defaults.configuration == [
        "shop": "http://127.0.0.1:8080", "prometheus": "http://prometheus:9090",
      ])
    let probe = try #require(defaults.experiment.hypothesis.probes[0].probe as? HTTPProbe)
    #expect(probe.url == "http://127.0.0.1:8080/checkout")

    let environment = checkoutEnvironment.merging(["SHOP_URL": "http://e"]) { $1 }
    #expect(try read(checkout, environment: environment).configuration["shop"] == "http://e")
    let both = try read(checkout, variables: ["shop": "http://v"], environment: environment)
    #expect(both.configuration["shop"] == "http://v")
    // Where nothing sets a variable, CI systems pass it on as empty.
    let empty = checkoutEnvironment.merging(["SHOP_URL": ""]) { $1 }
    #expect(try read(checkout, environment: empty).configuration == defaults.configuration)
  }

  @Test func secretsAreNamesUntilTheyAreRevealed() throws {
    let loaded = try read(checkout, environment: checkoutEnvironment)
    let probe = try #require(loaded.experiment.hypothesis.probes[0].probe as? HTTPProbe)
    let header = try #require(probe.headers["Authorization"])
    #expect(header.shown == "Bearer ${token}")
    #expect(header.revealed(with: loaded.secrets) == "Bearer hunter2")
    #expect(loaded.secretNames == ["token"])
    var dumped = ""
    dump(loaded, to: &dumped)
    #expect(!"\(loaded)\(String(reflecting: loaded))\(dumped)".contains("hunter2"))
    #expect(!loaded.experiment.hypothesis.probes[0].section.json.canonical.contains("hunter2"))
  }

  @Test func theDigestKnowsBytesValuesAndSecretNamesButNoSecret() throws {
    func digest(_ text: String, _ change: [String: String] = [:]) throws -> String {
      let environment = checkoutEnvironment.merging(change) { $1 }
      return try read(text, environment: environment).digest
    }
    let first = try digest(checkout)
    #expect(first.count == 64)
    #expect(try digest(checkout) == first)
    #expect(try digest(checkout, ["SHOP_TOKEN": "other"]) == first)
    #expect(try digest(checkout, ["SHOP_URL": "http://other"]) != first)
    #expect(try digest(checkout + "# a comment\n") != first)
  }

  @Test func aValidationNeedsNoEnvironment() throws {
    let loaded = try read(checkout, purpose: .validation)
    #expect(loaded.missing == ["prometheus"])
    #expect(loaded.secrets.isEmpty)
    #expect(loaded.secretNames == ["token"])
  }

  @Test func aValueThatNothingSetsIsNeitherRightNorWrongInAnyField() throws {
    let text = """
      version: 1
      title: t
      configuration: {x: {env: NOWHERE}}
      steady-state-hypothesis:
        baseline: ${x}
        probes:
          - name: p
            http: {url: "${x}", timeout: "${x}", expect: {status: "${x}"}}
            every: 30s
            tolerance: {success: {min: "${x}", max: "${x}"}}
          - {name: "q-${x}", command: {run: [a, "${x}"]}, every: "${x}"}
      method:
        - fault: process.kill
          host: ${x}
          targets: {cmdline: "${x}", port: "${x}", pick: "${x}", tree: "${x}"}
          with: {signal: "${x}"}
          for: ${x}
          expect: [{probe: "${x}", within: "${x}", value: {min: "${x}"}}]
        - {fault: cpu.stress, with: {load: "${x}%"}}
        - wait: ${x}
      limits: {targets: "${x}"}
      seed: ${x}

      """
    // The shortest recovery that is the default is still known, and 30 s is longer than it.
    #expect(
      problems(text, purpose: .validation) == [
        "9:14: 'p' is asked every 30s, which is longer than the recovery of 5s; ask more often, or "
          + "make the recovery longer"
      ])
    #expect(
      problems(text) == [
        "3:26: the environment variable NOWHERE is not set; set NOWHERE, give it a default, or pass "
          + "--var x=…",
        "9:14: 'p' is asked every 30s, which is longer than the recovery of 5s; ask more often, or "
          + "make the recovery longer",
      ])
  }

  @Test func yaml12ScalarsHoldNoSurprises() throws {
    let text = """
      version: 1
      title: no
      owner: 012
      tags: [on, 12:30:45, 2024-01-01, 0x10, ~x, "null", 1e3]
      method: []
      steady-state-hypothesis: {probes: [{name: yes, http: {url: "http://x"}}]}
      """
    let experiment = try read(text).experiment
    #expect(experiment.title == "no")
    #expect(experiment.owner == "012")
    #expect(
      experiment.tags == ["on", "12:30:45", "2024-01-01", "0x10", "~x", "null", "1e3"])
    #expect(experiment.hypothesis.probes[0].name == "yes")
  }

  @Test func jsonIsReadWithPlacesAndEscapes() throws {
    let text = """
      {
      \t"version": 1,
      \t"title": "a \\ud83d\\ude00 \\u00e9 \\/ \\\\ud83d",
      \t"method": [],
      \t"steady-state-hypothesis": {"probes":[{"name":"p","http":{"url":"http://x"}}]}
      }
      """
    #expect(try read(text).experiment.title == "a 😀 é / \\ud83d")
    let wrong = text.replacing("\"method\": []", with: "\"metod\": [],\n\t\"title\": \"b\"")
    #expect(
      problems(wrong) == [
        "4:2: unknown field 'metod'; did you mean 'method'?",
        "5:2: 'title' stands twice in this section, first on line 3; keep one of them",
      ])
  }

  @Test func anchorsAndAliasesShareSections() throws {
    let text = withProbes(
      """
          - {name: p, http: &web {url: "http://x/*"}, tolerance: &good {success: {min: 98%}}}
          - {name: q, http: *web, tolerance: *good}
          - {name: "*web", http: *web}
      """)
    let probes = try read(text).experiment.hypothesis.probes
    #expect(probes.map(\.name.text) == ["p", "q", "*web"])
    #expect(
      probes.map { ($0.probe as? HTTPProbe)?.url } == Array(repeating: "http://x/*", count: 3))
    #expect(probes[1].tolerance == probes[0].tolerance)
  }

  @Test func tagsOfTheCoreSchemaAreHonoured() throws {
    let text = """
      version: !!int "1"
      title: !!str 5
      method: !!seq []
      steady-state-hypothesis: !!map {probes: [{name: p, http: {url: "http://x"}}]}
      """
    #expect(try read(text).experiment.title == "5")
  }

  @Test func aByteOrderMarkAndWindowsLinesAreFine() throws {
    let text = "\u{FEFF}" + withMethod("  - wait: 5s\n  - wait: 5")
    #expect(
      problems(text.replacing("\n", with: "\r\n")) == [
        "8:11: '5' is not a duration such as 300ms, 5s or 2m; add a unit: '5s' or '5ms'"
      ])
  }
}
