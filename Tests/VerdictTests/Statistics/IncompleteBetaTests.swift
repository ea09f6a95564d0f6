import Testing

@testable import Verdict

@Suite struct IncompleteBetaTests {
  /// Computed with scipy.special.betainc 1.17.
  @Test(arguments: [
    (0.5, 0.5, 0.25, 0.33333333333333337),
    (2, 3, 0.4, 0.5247999999999999),
    (10, 1, 0.9, 0.34867844010000004),
    (1, 10, 0.05, 0.4012630607616211),
    (149.5, 0.5, 0.999, 0.5847301091073526),
    (5000, 5100, 0.49, 0.15505519246383542),
    (1, 1, 0.3, 0.3),
    (600, 1, 0.995, 0.04941382211003859),
  ])
  func knownValues(a: Double, b: Double, x: Double, expected: Double) {
    let value = IncompleteBeta.regularised(x, a, b)
    #expect(abs(value - expected) < 1e-10 * max(1, expected), "\(value)")
  }

  /// As many samples as a run may have.
  @Test func largeArguments() {
    let value = IncompleteBeta.regularised(0.9001, 9e6, 1e6)
    #expect(abs(value - 0.8540869092258452) < 1e-6, "\(value)")
  }

  @Test func ends() {
    #expect(IncompleteBeta.regularised(0, 2, 3) == 0)
    #expect(IncompleteBeta.regularised(1, 2, 3) == 1)
    #expect(IncompleteBeta.regularised(-1, 2, 3) == 0)
    #expect(IncompleteBeta.regularised(2, 2, 3) == 1)
  }

  @Test func inverseUndoesIt() {
    for (a, b) in [(1.0, 1.0), (0.5, 20), (300, 2), (1, 1000)] {
      for probability in [0.001, 0.05, 0.5, 0.95, 0.999] {
        let x = IncompleteBeta.inverse(probability, a, b)
        #expect(abs(IncompleteBeta.regularised(x, a, b) - probability) < 1e-9, "\(a) \(b)")
      }
    }
  }
}
