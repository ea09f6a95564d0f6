import Model
import Testing

@testable import Reports

/// Whose the changes of a host are, in a sentence.
@Suite struct HostCertificateTextTests {
  private func sentence(_ changes: [(ours: Bool, explained: Bool)]) -> String {
    var certificate = HostCertificate(host: "local")
    certificate.compared = [.processes]
    certificate.changes = changes.map { ours, explained in
      CertifiedChange(
        HostChange(section: .processes, key: "7@70", before: "running", after: "stopped"),
        ours: ours, explained: explained, why: "")
    }
    return certificate.sentence
  }

  @Test func changesOfOthersAndOfTheRunAreCountedApart() {
    #expect(
      sentence([(true, false), (true, true), (false, false), (false, false)])
        == "1 change of the run left behind, 1 change of the run, as expected, 2 changes of others")
  }

  /// A command of a method leaves no mark on what it does: it may be the run's all the same.
  @Test func whatTheRunsOwnCommandsMayHaveDoneIsNotSaidToBeOfOthers() {
    #expect(
      sentence([(false, true), (false, false)])
        == "1 change of the run's own commands, or of others, 1 change of others")
  }
}
