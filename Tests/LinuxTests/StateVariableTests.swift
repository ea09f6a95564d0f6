import Model
import Testing

@testable import Linux

@Suite struct StateVariableTests {
  @Test func anAbsolutePathIsTakenAsItIs() throws {
    #expect(try StateVariable.path(in: "/srv/jenner") == "/srv/jenner")
    #expect(try StateVariable.path(in: nil) == nil)
    #expect(try StateVariable.path(in: "") == nil)
  }

  @Test(arguments: ["state", "./state", "~/state"]) func aRelativeOneIsRefused(value: String) {
    let refusal = #expect(throws: Refusal.self) { try StateVariable.path(in: value) }
    #expect(refusal?.message.contains("'\(value)'") == true)
    #expect(refusal?.cure == "name a path that begins with /")
  }
}
