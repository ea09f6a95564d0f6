import Model
import Testing

@testable import Verdict

@Suite struct FeasibilityTests {
  private func problems(
    probes: [JSON], method: JSON, baseline: JSON = "60s", stops: JSON = []
  ) throws -> [String] {
    let experiment = try Given.experiment(
      probes: probes, method: method, baseline: baseline, stops: stops)
    return Feasibility.problems(of: experiment, file: "test.yaml").map(\.text)
  }

  private func fault(_ duration: String, name: String = "slow") -> JSON {
    ["name": .string(name), "fault": "idle", "for": .string(duration)]
  }

  private let success: JSON = ["success": ["min": "98%"]]

  /// 98 % takes 149 samples, p95 takes 59; the very number is enough.
  @Test(arguments: [
    ("success", "min", "98%", "14900ms", true), ("success", "min", "98%", "14800ms", false),
    ("success", "min", "99%", "29900ms", true), ("success", "min", "99%", "29800ms", false),
    ("success", "max", "2%", "14900ms", true), ("success", "max", "2%", "14800ms", false),
    ("p95", "max", "300ms", "5900ms", true), ("p95", "max", "300ms", "5800ms", false),
    ("p99", "max", "300ms", "29900ms", true), ("p99", "max", "300ms", "29800ms", false),
    ("p50", "min", "1ms", "500ms", true), ("p50", "min", "1ms", "400ms", false),
    ("mean", "max", "5", "1s", true), ("mean", "max", "5", "900ms", false),
    ("value", "min", "2", "100ms", true), ("value", "min", "2", "90ms", false),
    ("p95", "max", "2x baseline", "5900ms", true),
    ("success", "min", "baseline - 2pp", "14900ms", true),
    ("success", "min", "baseline - 2pp", "14800ms", false),
    ("success", "min", "0.9x baseline", "2900ms", true),
    ("success", "min", "0.9x baseline", "2800ms", false),
  ])
  func samplesThatDo(
    metric: String, direction: String, limit: String, duration: String, isEnough: Bool
  ) throws {
    let tolerance: JSON = .object([metric: .object([direction: .string(limit)])])
    let found = try problems(
      probes: [Given.probe(tolerance: tolerance)], method: [fault(duration)])
    #expect(found.isEmpty == isEnough, "\(found)")
  }

  @Test func itSaysWhatWouldDo() throws {
    let found = try problems(
      probes: [
        Given.probe(
          tolerance: success, whileFaulted: ["within": "5s", "success": ["min": "98%"]])
      ], method: [fault("10s")])
    #expect(
      found == [
        "test.yaml: error: fault 'slow' gives 'checkout' 50 samples to show success at least 98%, "
          + "which takes 149; let it last for 20s or more, or ask every 33ms"
      ])
  }

  @Test func theCureCures() throws {
    for (duration, every) in [("20s", "100ms"), ("10s", "33ms")] {
      let found = try problems(
        probes: [
          Given.probe(
            every: every, tolerance: success,
            whileFaulted: ["within": "5s", "success": ["min": "98%"]])
        ], method: [fault(duration)])
      #expect(found == [])
    }
  }

  @Test func theShortestOfSeveralFaultsIsNamed() throws {
    let found = try problems(
      probes: [Given.probe(tolerance: success)],
      method: [fault("60s", name: "a"), fault("10s", name: "b"), fault("5s", name: "c")])
    #expect(found.count == 1)
    #expect(found.first?.contains("fault 'c' (and 1 more) gives 'checkout' 50 samples") == true)
  }

  @Test func nothingShowsTheWhole() throws {
    let found = try problems(
      probes: [Given.probe(tolerance: ["success": ["min": "100%"]])], method: [fault("60s")])
    #expect(
      found == [
        "test.yaml: error: no number of samples can show success at least 100% of 'checkout'; "
          + "ask for 99.5% or less, which 600 good samples show"
      ])
  }

  @Test func aFaultAtTheEndWithoutATimeShowsNothing() throws {
    let found = try problems(
      probes: [Given.probe(tolerance: success)], method: [["fault": "idle"]])
    #expect(found.count == 1)
    #expect(found.first?.contains("gives 'checkout' no time at all") == true)
    #expect(found.first?.contains("give it 'for:' of 15s or more") == true)
    let followed = try problems(
      probes: [Given.probe(tolerance: success)], method: [["fault": "idle"], ["wait": "15s"]])
    #expect(followed == [])
  }

  @Test(arguments: [
    ("3s", "5s", "no sample, since it lasts 3s and 'within' is 5s,"),
    ("6s", "5s", "no sample, since it is asked every 2s and judged for 1s,"),
  ])
  func windowsWithoutASample(duration: String, within: String, expected: String) throws {
    let found = try problems(
      probes: [
        Given.probe(
          every: "2s", tolerance: ["value": ["min": "2"]],
          whileFaulted: ["within": .string(within), "value": ["min": "2"]])
      ], method: [fault(duration)])
    #expect(found.count == 1)
    #expect(found.first?.contains(expected) == true, "\(found)")
  }

  @Test func withFaultsTheRestOfTheMethodIsNotJudged() throws {
    let found = try problems(
      probes: [Given.probe(tolerance: success)],
      method: [["wait": "1s"], fault("60s"), ["run": ["true"]]])
    #expect(found == [])
  }

  @Test func withoutFaultsTheMethodIsJudgedAsAWhole() throws {
    let probe = Given.probe(tolerance: success)
    let short = try problems(probes: [probe], method: [["run": ["true"]], ["wait": "5s"]])
    #expect(short.count == 1)
    #expect(short.first?.contains("the method gives 'checkout' 50 samples") == true)
    #expect(try problems(probes: [probe], method: [["wait": "15s"]]) == [])
    #expect(try problems(probes: [probe], method: []) == [])
  }

  @Test func expectationsAndWaitsAreJudgedTooWhereTheyNeedIntervals() throws {
    let expected: JSON = [
      "name": "slow", "fault": "idle", "for": "60s",
      "expect": [
        ["probe": "checkout", "within": "10s", "success": ["min": "98%"]],
        ["probe": "checkout", "within": "1s", "value": ["min": "2"]],
      ],
    ]
    let found = try problems(probes: [Given.probe()], method: [expected])
    #expect(found.count == 1)
    #expect(
      found.first?.contains("an expectation of 'slow' gives 'checkout' 100 samples") == true)
    let waits: JSON = [
      "wait": [
        "until": ["probe": "checkout", "p95": ["max": "1s"]], "at-most": "5s",
      ]
    ]
    let wait = try problems(probes: [Given.probe()], method: [waits])
    #expect(wait.count == 1)
    #expect(wait.first?.contains("the wait 'wait' gives 'checkout' 50 samples") == true)
  }

  @Test func relativeLimitsNeedABaseline() throws {
    let probe = Given.probe(
      every: "1s", tolerance: ["success": ["min": "90%"]],
      whileFaulted: ["p95": ["max": "2x baseline"]])
    let found = try problems(probes: [probe], method: [fault("60s")], baseline: "19s")
    #expect(
      found == [
        "test.yaml: error: the baseline of 19s gives 'checkout' 19 samples; 2x baseline takes 20 "
          + "for p95; make the baseline 20s or longer, or ask more often"
      ])
    #expect(try problems(probes: [probe], method: [fault("60s")], baseline: "20s") == [])
    let stop = try problems(
      probes: [Given.probe(every: "1s")], method: [], baseline: "5s",
      stops: [["probe": "checkout", "p95": ["above": "10x baseline"]]])
    #expect(stop.count == 1)
  }

  @Test func probesWithoutValuesCanNotHaveLimitsOfThem() throws {
    let found = try problems(
      probes: [Given.probe(kind: "plain", tolerance: ["value": ["min": "2"]])],
      method: [])
    #expect(
      found == [
        "test.yaml: error: 'checkout' has no values: the probe plain yields none; judge its "
          + "success or latency, or take a probe that yields a value"
      ])
  }

  @Test func linesForThePlan() throws {
    let experiment = try Given.experiment(
      probes: [
        Given.probe(
          tolerance: success,
          whileFaulted: ["within": "5s", "success": ["min": "90%"], "p95": ["max": "1s"]]),
        Given.probe("replicas", every: "1s", tolerance: ["value": ["min": "2"]]),
        Given.probe("idle"),
      ],
      method: [fault("60s", name: "lose a replica"), fault("5s", name: "brief")])
    let lines = experiment.hypothesis.probes.map { Feasibility.canShow($0, in: experiment) }
    #expect(
      lines == [
        [
          "fault 'lose a replica': 550 samples can show success of 99.45% or more, and quantiles "
            + "up to p99.45", "fault 'brief': no sample is due",
        ],
        [
          "fault 'lose a replica': 60 samples can show their values",
          "fault 'brief': 5 samples can show their values",
        ], [],
      ])
  }

  @Test func marksPointAtTheLimit() throws {
    let mark = Mark(line: 7, column: 9)
    var experiment = try Given.experiment(
      probes: [Given.probe(tolerance: success)], method: [fault("5s")])
    experiment.hypothesis.probes[0].tolerance?.limits[0].bounds[0].mark = mark
    #expect(Feasibility.problems(of: experiment, file: "test.yaml").map(\.mark) == [mark])
  }
}
