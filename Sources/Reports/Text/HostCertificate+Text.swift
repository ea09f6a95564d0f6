internal import Model

extension HostCertificate {
  /// The certificate in one sentence, without its full stop.
  var sentence: String {
    if let notTaken { return "not taken: \(notTaken)" }
    let gaps =
      notCompared.isEmpty
      ? ""
      : "; \(notCompared.map(\.title).joined(separator: ", ")) could not be compared"
    if identical { return "identical" + gaps }
    if changes.isEmpty { return "nothing could be compared" + gaps }
    let left = residue.count
    let expected = changes.count { $0.ours && $0.explained }
    let unattributed = changes.count(where: \.isUnattributed)
    let others = changes.count { !$0.ours } - unattributed + changesOmitted
    var parts: [String] = []
    if left > 0 { parts.append("\(Amounts.count(left, "change")) of the run left behind") }
    if expected > 0 { parts.append("\(Amounts.count(expected, "change")) of the run, as expected") }
    if unattributed > 0 {
      parts.append(
        "\(Amounts.count(unattributed, "change")) of the run's own commands, or of others")
    }
    if others > 0 { parts.append("\(Amounts.count(others, "change")) of others") }
    return parts.joined(separator: ", ") + gaps
  }

  /// How many processes of others came and went; nil if none did.
  var processesText: String? {
    guard processesStarted + processesEnded > 0 else { return nil }
    return "\(processesStarted) other processes began and \(processesEnded) ended meanwhile"
  }
}
