internal import FoundationEssentials
internal import Model
internal import NIOCore
internal import NIOHTTP1

/// The answer of a Prometheus server to an instant query (HTTP API v1).
struct PrometheusAnswer: Sendable {
  let status: Int
  /// Nil if the body is no JSON.
  let document: JSON?
  /// The server's time, in seconds since 1970; ours where it names none.
  let now: Double

  init(status: Int, document: JSON?, now: Double) {
    self.status = status
    self.document = document
    self.now = now
  }

  init(_ response: HTTPResponse) {
    status = response.status
    document = JSON.document(response.body.readableBytesView)
    now =
      response.headers.first(name: "date").flatMap(HTTPDate.seconds)
      ?? Date().timeIntervalSince1970
  }

  /// The one number that was asked for, or why there is none.
  func number(notOlderThan limit: Duration) throws(NoAnswer) -> Double {
    let (time, text) = try sample(of: try data())
    // Either way round: a sample from the future is as little to be trusted as an old one.
    guard abs(now - time) <= limit.seconds else {
      let age = Duration.seconds(abs(now - time)).brief
      throw .noData(now > time ? "stale: the sample is \(age) old" : "the sample is \(age) ahead")
    }
    guard let value = Self.number(text) else {
      throw .noData("the value is not a number: '\(text.limited)'")
    }
    guard !value.isNaN else { throw .noData("the value is NaN") }
    guard value.isFinite else { throw .noData("the value is infinite") }
    return value
  }

  /// The `data` of a successful answer without warnings.
  private func data() throws(NoAnswer) -> JSON {
    guard let document, let outcome = document["status"]?.string else {
      throw .noData(
        status == 200 ? "the answer is not Prometheus JSON" : "the server answered \(status)")
    }
    guard outcome == "success" else {
      let kind = document["errorType"]?.string ?? "error"
      let message = document["error"]?.string ?? "no message"
      throw .noData("\(status) \(kind): \(message)")
    }
    guard (200...299).contains(status) else { throw .noData("the server answered \(status)") }
    if let warning = document["warnings"]?.array?.first {
      throw .noData("warning: \(warning.string ?? "without a text")")
    }
    guard let data = document["data"] else { throw .noData("the answer has no data") }
    return data
  }

  /// The time and the text of the only sample.
  private func sample(of data: JSON) throws(NoAnswer) -> (time: Double, text: String) {
    switch data["resultType"]?.string {
    case "scalar":
      return try pair(data["result"])
    case "vector":
      guard let series = data["result"]?.array else { throw .noData("the answer has no result") }
      guard let first = series.first else { throw .noData("no series matches the query") }
      guard series.count == 1 else {
        throw .noData("\(series.count) series, expected one: aggregate them, as with sum()")
      }
      if first["histogram"] != nil {
        throw .noData("a native histogram: ask for a number, as with histogram_quantile()")
      }
      return try pair(first["value"])
    case "matrix": throw .noData("a range of samples: ask for an instant, as with rate()")
    case "string": throw .noData("the query's result is a string")
    case let other?: throw .noData("unknown result type '\(other.limited)'")
    case nil: throw .noData("the answer has no result type")
    }
  }

  private func pair(_ json: JSON?) throws(NoAnswer) -> (time: Double, text: String) {
    guard let pair = json?.array, pair.count == 2, let time = pair[0].double,
      let text = pair[1].string
    else { throw .noData("the answer's sample is malformed") }
    return (time, text)
  }

  /// A number as Prometheus writes it: strconv's shortest form, `NaN`, `+Inf` or `-Inf`.
  private static func number(_ text: String) -> Double? {
    switch text {
    case "NaN": .nan
    case "+Inf", "Inf": .infinity
    case "-Inf": -.infinity
    default: text.utf8.allSatisfy("0123456789+-.eE".utf8.contains) ? Double(text) : nil
    }
  }
}

extension String {
  /// The text as a value of application/x-www-form-urlencoded.
  var formEncoded: String {
    let digits = Array("0123456789ABCDEF")
    var encoded = ""
    for byte in utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
        UInt8(ascii: "."), UInt8(ascii: "*"):
        encoded.unicodeScalars.append(Unicode.Scalar(byte))
      case UInt8(ascii: " "): encoded += "+"
      default: encoded += "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
      }
    }
    return encoded
  }
}
