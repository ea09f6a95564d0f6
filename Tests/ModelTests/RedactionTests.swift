import Testing

@testable import Model

@Suite struct RedactionTests {
  @Test func valuesBecomeNames() {
    let redaction = Redaction(secrets: ["token": "s3cret", "longer": "s3cret-2", "empty": ""])
    #expect(redaction.apply(to: "said s3cret, then s3cret-2") == "said ${token}, then ${longer}")
    #expect(redaction.apply(to: "nothing") == "nothing")
    #expect(Redaction(secrets: [:]).apply(to: "nothing…") == "nothing…")
  }

  @Test func linesOfAValueAreSecretToo() {
    let redaction = Redaction(secrets: ["key": "-----BEGIN\nMIIEvQIBADANBg\r\nabc\n"])
    #expect(redaction.apply(to: "last line: MIIEvQIBADANBg") == "last line: ${key}")
    #expect(redaction.apply(to: "-----BEGIN MIIEvQIBADANBg abc") == "${key} ${key} abc")
  }

  @Test func asItStandsInJSON() {
    let redaction = Redaction(secrets: ["token": #"a"b\c"#])
    #expect(redaction.apply(to: #"{"echo": "a\"b\\c"}"#) == #"{"echo": "${token}"}"#)
  }

  @Test func theStartOfAValueBeforeACut() {
    let redaction = Redaction(secrets: ["token": "hunter2-hunter2"])
    #expect(redaction.apply(to: "is 'hunter2-hu…', expected") == "is '${token}…', expected")
    #expect(redaction.apply(to: "hunt…") == "${token}…")
    #expect(redaction.apply(to: "the hunt… is open") == "the ${token}… is open")
    #expect(redaction.apply(to: "hun…") == "hun…")
  }

  @Test func besideCharactersThatCombine() {
    let redaction = Redaction(secrets: ["token": "s3cret"])
    #expect(redaction.apply(to: "s3cret\u{301}") == "${token}\u{301}")
  }

  @Test func observations() {
    let redaction = Redaction(secrets: ["token": "s3cret"])
    #expect(redaction.apply(to: Observation.failure("not s3cret")).reason == "not ${token}")
    let silent = Observation(outcome: .success)
    #expect(redaction.apply(to: silent).reason == nil)
  }
}
