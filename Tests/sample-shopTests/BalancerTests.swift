import Testing

@testable import sample_shop

@Suite("The balancer")
struct BalancerTests {
  private let start = ContinuousClock.now

  @Test("takes turns")
  func turns() {
    var balancer = Balancer(replicaCount: 3, hasFailover: true)
    #expect(balancer.order(at: start) == [0, 1, 2])
    #expect(balancer.order(at: start) == [1, 2, 0])
    #expect(balancer.order(at: start) == [2, 0, 1])
    #expect(balancer.order(at: start) == [0, 1, 2])
  }

  @Test("asks a failed replica last until its time is over")
  func markedDown() {
    var balancer = Balancer(replicaCount: 2, hasFailover: true)
    balancer.failed(0, at: start)
    #expect(balancer.order(at: start) == [1, 0])
    #expect(balancer.order(at: start + .milliseconds(999)) == [1, 0])
    #expect(balancer.order(at: start + .seconds(1)) == [0, 1])
  }

  @Test("lets one request try whether a replica is back, not all")
  func oneTrial() {
    var balancer = Balancer(replicaCount: 2, hasFailover: true)
    balancer.failed(0, at: start)
    let later = start + .seconds(2)
    #expect(balancer.order(at: later) == [0, 1])
    #expect(balancer.order(at: later) == [1, 0])
    #expect(balancer.order(at: later) == [1, 0])
    balancer.answered(0)
    #expect(balancer.order(at: later) == [1, 0])
    #expect(balancer.order(at: later) == [0, 1])
  }

  @Test("still asks everyone when all have failed")
  func allDown() {
    var balancer = Balancer(replicaCount: 2, hasFailover: true)
    balancer.failed(0, at: start)
    balancer.failed(1, at: start)
    #expect(Set(balancer.order(at: start)) == [0, 1])
  }

  @Test("without failover asks one replica, failed or not")
  func withoutFailover() {
    var balancer = Balancer(replicaCount: 2, hasFailover: false)
    balancer.failed(0, at: start)
    #expect(balancer.order(at: start) == [0])
    #expect(balancer.order(at: start) == [1])
    #expect(balancer.order(at: start) == [0])
  }
}
