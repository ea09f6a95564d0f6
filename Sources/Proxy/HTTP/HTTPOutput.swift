/// What comes of bytes that were read: what goes on in both directions, and what happened.
struct HTTPOutput {
  var upstream: [Parcel] = []
  var downstream: [Parcel] = []
  /// Requests that were read.
  var requests = 0
  /// How many requests were delayed, aborted and replaced.
  var delayed = 0
  var aborted = 0
  var replaced = 0
  /// The names of the toxics that hit a request, each as often as it did.
  var hits: [String] = []
  /// The delays that ended, as measured.
  var delays: [Duration] = []
  /// Whether the connection turned out not to speak HTTP/1.1.
  var isNotHTTP = false
}
