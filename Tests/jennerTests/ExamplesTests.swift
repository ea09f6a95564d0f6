import ExperimentFile
import Model
import Testing
import Verdict

@testable import jenner

/// Everything that an author may copy is valid, and its run can show what it asks.
@Suite("Examples")
struct ExamplesTests {
  @Test("of faults are steps", arguments: Catalog.builtIn.faults.keys.sorted())
  func faults(kind: String) throws {
    let examples = try #require(Catalog.builtIn.faults[kind]).examples
    #expect(!examples.isEmpty)
    for example in examples {
      let experiment = try Experiments.valid(
        Experiments.frame(method: example.text), named: example.caption)
      #expect(experiment.steps.compactMap(\.fault?.kind) == [kind], "\(example.caption)")
    }
  }

  @Test("of probes are entries of 'probes'", arguments: Catalog.builtIn.probes.keys.sorted())
  func probes(kind: String) throws {
    let examples = try #require(Catalog.builtIn.probes[kind]).examples
    #expect(!examples.isEmpty)
    for example in examples {
      let experiment = try Experiments.valid(
        Experiments.frame(probe: example.text), named: example.caption)
      #expect(experiment.hypothesis.probes.map(\.kind) == [kind], "\(example.caption)")
    }
  }

  @Test("in experiments/ are valid", arguments: try Repository.experiments())
  func repository(path: String) throws {
    let experiment = try Experiments.valid(try Repository.text(of: path), named: path)
    #expect(!experiment.title.isEmpty)
  }

  /// A connection that has just ended keeps its own port for a minute, so a server whose port is one
  /// of those (ip(7), ip_local_port_range) may find it taken by a stranger.
  @Test(
    "in experiments/ leave outgoing connections their ports",
    arguments: try Repository.files(in: "experiments"))
  func ports(path: String) throws {
    let outgoing = 32_768...60_999
    let numbers = try Repository.text(of: path)
      .split { !$0.isASCII || !$0.isNumber }.compactMap { Int($0) }
    #expect(numbers.filter(outgoing.contains) == [])
  }

  @Test(
    "of 'jenner new' are valid for every fault", arguments: Catalog.builtIn.faults.keys.sorted())
  func new(kind: String) throws {
    let text = try NewExperiment.text(fault: kind, catalog: .builtIn)
    let experiment = try Experiments.valid(text, named: "jenner new --fault \(kind)")
    #expect(experiment.steps.compactMap(\.fault?.kind) == [kind])
  }

  /// The guide's first example is a whole file; each later one shows some of its sections, and the
  /// others stay as they are there.
  @Test(
    "in the documents are valid",
    arguments: ["docs/guide.md", "docs/network-faults.md", "README.md"])
  func documents(path: String) throws {
    let blocks = Repository.yamlBlocks(of: try Repository.text(of: path))
    let whole = try #require(blocks.first).sections
    #expect(whole.map(\.name).contains("version"))
    for block in blocks {
      var sections = whole
      for section in block.sections {
        sections.removeAll { $0.name == section.name }
        sections.append(section)
      }
      _ = try Experiments.valid(
        sections.map(\.text).joined(), named: "\(path):\(block.line)")
    }
  }
}
