import Model
import Testing

@testable import Verdict

@Suite struct TimelineTests {
  /// What is expected of one step, in seconds.
  struct Expected: Sendable {
    var start: ClosedRange<Double>
    var lasts: ClosedRange<Double>
    var group = 0
    var untilEnd = false
  }

  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var method: JSON
    var steps: [Expected]
    var length: ClosedRange<Double>
    var testDescription: String { name }
  }

  static let cases: [Case] = [
    Case(name: "nothing", method: [], steps: [], length: 0...0),
    Case(
      name: "faults with a time follow one another",
      method: [
        ["fault": "idle", "for": "60s"], ["wait": "5s"],
        ["fault": "idle", "for": "30s", "after": "2s"],
      ],
      steps: [
        Expected(start: 0...0, lasts: 60...60),
        Expected(start: 60...60, lasts: 5...5, group: 1),
        Expected(start: 67...67, lasts: 30...30, group: 2),
      ], length: 97...97),
    Case(
      name: "a fault without a time lasts until the end",
      method: [["fault": "idle"], ["wait": "20s"], ["fault": "idle", "for": "10s"]],
      steps: [
        Expected(start: 0...0, lasts: 30...30, untilEnd: true),
        Expected(start: 0...0, lasts: 20...20, group: 1),
        Expected(start: 20...20, lasts: 10...10, group: 2),
      ], length: 30...30),
    Case(
      name: "a fault without a time at the end has none", method: [["fault": "idle"]],
      steps: [Expected(start: 0...0, lasts: 0...0, untilEnd: true)], length: 0...0),
    Case(
      name: "a wait until may be over at once",
      method: [
        ["fault": "idle"],
        [
          "wait": [
            "until": ["probe": "checkout", "value": ["min": "3"]], "at-most": "2m",
          ]
        ], ["fault": "idle", "for": "10s"],
      ],
      steps: [
        Expected(start: 0...0, lasts: 10...130, untilEnd: true),
        Expected(start: 0...0, lasts: 0...120, group: 1),
        Expected(start: 0...120, lasts: 10...10, group: 2),
      ], length: 10...130),
    Case(
      name: "a wait until a share takes its whole window",
      method: [
        [
          "wait": [
            "until": ["probe": "checkout", "success": ["min": "90%"]], "at-most": "2m",
          ]
        ]
      ], steps: [Expected(start: 0...0, lasts: 120...120)], length: 120...120),
    Case(
      name: "an action takes up to its timeout",
      method: [
        ["run": ["true"], "timeout": "20s", "for": "10s"],
        ["run": ["true"], "timeout": "5s"],
        ["run": ["true"], "timeout": "5s", "undo": ["true"]],
        ["fault": "idle", "for": "60s"],
      ],
      steps: [
        Expected(start: 0...0, lasts: 10...30),
        Expected(start: 10...30, lasts: 0...5, group: 1),
        Expected(start: 10...35, lasts: 60...65, group: 2, untilEnd: true),
        Expected(start: 10...40, lasts: 60...60, group: 3),
      ], length: 70...100),
    Case(
      name: "a group ends with its last step",
      method: [
        [
          "together": [
            ["fault": "idle", "for": "20s"], ["fault": "idle", "for": "60s", "after": "10s"],
            ["fault": "idle", "after": "5s"],
          ], "after": "3s",
        ], ["wait": "7s"],
      ],
      steps: [
        Expected(start: 3...3, lasts: 20...20), Expected(start: 13...13, lasts: 60...60),
        Expected(start: 8...8, lasts: 72...72, untilEnd: true),
        Expected(start: 73...73, lasts: 7...7, group: 1),
      ], length: 80...80),
    Case(
      name: "the method waits for its expectations",
      method: [
        ["fault": "idle"],
        [
          "fault": "idle", "for": "10s",
          "expect": [["probe": "checkout", "within": "30s", "success": ["min": "90%"]]],
        ],
      ],
      steps: [
        Expected(start: 0...0, lasts: 30...30, untilEnd: true),
        Expected(start: 0...0, lasts: 10...10, group: 1),
      ], length: 30...30),
    Case(
      name: "an expectation that a sample decides may be over at once",
      method: [
        [
          "fault": "idle", "for": "10s",
          "expect": [["probe": "checkout", "within": "30s", "value": ["min": "2"]]],
        ], ["fault": "idle"],
      ],
      steps: [
        Expected(start: 0...0, lasts: 10...10),
        Expected(start: 10...10, lasts: 0...20, group: 1, untilEnd: true),
      ], length: 10...30),
    Case(
      name: "an expectation of an action counts from its end",
      method: [
        [
          "run": ["true"], "timeout": "20s",
          "expect": [["probe": "checkout", "within": "30s", "value": ["min": "2"]]],
        ]
      ], steps: [Expected(start: 0...0, lasts: 0...20)], length: 0...50),
    Case(
      name: "an earlier expectation lasts longest if all between was quick",
      method: [
        [
          "fault": "idle", "for": "1s",
          "expect": [["probe": "checkout", "within": "60s", "value": ["min": "2"]]],
        ], ["run": ["true"], "timeout": "40s"], ["fault": "idle"],
      ],
      steps: [
        Expected(start: 0...0, lasts: 1...1), Expected(start: 1...1, lasts: 0...40, group: 1),
        Expected(start: 1...41, lasts: 0...59, group: 2, untilEnd: true),
      ], length: 1...60),
  ]

  @Test(arguments: cases)
  func times(_ given: Case) throws {
    let experiment = try Given.experiment(probes: [Given.probe()], method: given.method)
    let timeline = Timeline(of: experiment.method)
    #expect(timeline.methodShortest.seconds == given.length.lowerBound)
    #expect(timeline.methodLongest.seconds == given.length.upperBound)
    try #require(timeline.entries.count == given.steps.count)
    for (entry, expected) in zip(timeline.entries, given.steps) {
      let step = "step \(entry.index)"
      #expect(entry.earliestStart.seconds == expected.start.lowerBound, "\(step)")
      #expect(entry.latestStart.seconds == expected.start.upperBound, "\(step)")
      #expect(entry.shortest.seconds == expected.lasts.lowerBound, "\(step)")
      #expect(entry.longest.seconds == expected.lasts.upperBound, "\(step)")
      #expect(entry.group == expected.group, "\(step)")
      #expect(entry.lastsUntilMethodEnds == expected.untilEnd, "\(step)")
    }
    #expect(timeline.entries.map(\.index) == Array(0..<given.steps.count))
  }
}
