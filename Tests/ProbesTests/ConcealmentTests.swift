import Testing

@testable import Probes

@Suite struct ConcealmentTests {
  @Test func valuesBecomeNames() {
    let conceal = Concealment(of: ["token": "s3cret", "longer": "s3cret-2", "empty": ""])
    #expect(conceal("said s3cret, then s3cret-2") == "said ${token}, then ${longer}")
    #expect(conceal("nothing") == "nothing")
  }
}
