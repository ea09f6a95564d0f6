/// Asks until the answer is yes or the time is over; tells which.
func eventually(
  within limit: Duration, every pause: Duration = .milliseconds(20),
  _ condition: () async throws -> Bool
) async rethrows -> Bool {
  let deadline = ContinuousClock.now + limit
  while true {
    if try await condition() { return true }
    guard ContinuousClock.now < deadline else { return false }
    try? await Task.sleep(for: pause)
  }
}
