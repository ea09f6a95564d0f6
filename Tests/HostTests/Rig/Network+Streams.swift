import Glibc

extension Network {
  /// How many bits a second a TCP connection carries.
  func rate(
    of count: Int, from: NetworkHost, to: NetworkHost
  ) throws -> Double {
    let door = try NetworkSocket.bound(to: to.address, port: 9_000, on: to, isStream: true)
    let sender = try NetworkSocket.connect(
      from: from, to: to.address, port: 9_000, within: .seconds(10))
    let receiver = try door.accept()
    let chunk = [UInt8](repeating: 1, count: 16_384)
    let start = ContinuousClock.now
    var received = 0
    var sent = 0
    while received < count {
      if sent < count { sent += sender.sendAtOnce(chunk) }
      if let bytes = try? receiver.receive(isWaiting: false) {
        received += bytes.count
      } else {
        usleep(500)
      }
      guard ContinuousClock.now - start < .seconds(20) else { return 0 }
    }
    return Double(received) * 8 / ((ContinuousClock.now - start) / .seconds(1))
  }
}
