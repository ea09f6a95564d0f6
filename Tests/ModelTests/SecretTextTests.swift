import FoundationEssentials
import Testing

@testable import Model

@Suite struct SecretTextTests {
  private let text = SecretText([.text("Bearer "), .secret("token"), .text("!")])

  @Test func showsNamesOnly() throws {
    #expect(text.shown == "Bearer ${token}!")
    #expect("\(text)" == "Bearer ${token}!")
    let json = String(decoding: try JSONEncoder().encode(text), as: UTF8.self)
    #expect(json == #""Bearer ${token}!""#)
  }

  @Test func revealsOnlyWithEveryValue() {
    #expect(text.revealed(with: ["token": "s3cret"]) == "Bearer s3cret!")
    #expect(text.revealed(with: [:]) == nil)
    #expect(text.secrets == ["token"])
  }

  @Test func ordinaryFieldsRefuseSecrets() {
    var reading = Reading(file: "x.yaml", catalog: .empty)
    let node = Node(
      .scalar(Scalar(parts: [.secret("token")], isQuoted: true)), mark: Mark(line: 3, column: 7))
    #expect(String.read(node, in: &reading) == nil)
    #expect(reading.problems.count == 1)
    #expect(reading.problems.first?.mark == Mark(line: 3, column: 7))
    #expect(reading.problems.first?.message.contains("secret may not stand here") == true)
  }
}
