import Model
import Testing

@testable import Faults

/// What the frames that were sent through a device say of its delay.
@Suite struct DelayEvidenceTests {
  private func evidence(
    asked: Int, jitter: Int = 0, sent: Int = 10, seen: [Double]
  ) -> DelayEvidence {
    let link = NetworkRules.Link(
      name: "jenner0", disciplines: [],
      delay: .init(.milliseconds(asked), jitter: .milliseconds(jitter)))
    var measured = DelayMeasurement(link: "jenner0")
    measured.sent = sent
    for milliseconds in seen { measured.note(.seconds(milliseconds / 1_000)) }
    return DelayEvidence(
      NetworkInspection(
        rules: NetworkRules(links: [link]), traffic: .toDatabase(), isEnding: true,
        statistics: .delays([measured, DelayMeasurement(link: "another")])))
  }

  @Test func theMedianStandsBesideWhatWasAsked() {
    let evidence = evidence(asked: 100, seen: [100.72, 100.84, 131])
    #expect(evidence.text == "; asked 100ms, seen 100.8ms (median of 3 frames)")
    #expect(!evidence.isMissing)
  }

  @Test func ofAnEvenNumberTheMiddleIsBetweenTwo() {
    #expect(self.evidence(asked: 100, seen: [100, 102]).text.contains("seen 101ms"))
  }

  @Test func aQueueThatGivesNothingBackSaysSo() {
    let evidence = evidence(asked: 100, sent: 4, seen: [])
    #expect(evidence.text == "; asked 100ms, and none of 4 frames came out in time")
    #expect(!evidence.isMissing)
  }

  /// As where the kernel took the device's discipline away.
  @Test func aDeviceThatDoesNotDelayIsNotInForce() {
    #expect(evidence(asked: 100, seen: [0.1, 0.2, 0.1]).isMissing)
    #expect(!evidence(asked: 100, seen: [0.1, 0.2, 100]).isMissing)
    #expect(!evidence(asked: 100, seen: [0.1]).isMissing)
    #expect(!evidence(asked: 100, jitter: 90, seen: [20, 30, 40]).isMissing)
  }

  @Test func withoutAMeasurementNothingIsSaid() {
    let evidence = DelayEvidence(
      NetworkInspection(rules: NetworkRules(), traffic: .toDatabase(), isEnding: true))
    #expect(evidence.text.isEmpty)
    #expect(!evidence.isMissing)
  }
}
