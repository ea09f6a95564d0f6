/// What a program that a test ran came to.
struct CommandOutput: Sendable {
  var status: Int32
  var text: String
  var errors: String

  var isSuccess: Bool { status == 0 }
}
