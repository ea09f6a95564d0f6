import Model
import Testing

@testable import Probes

@Suite struct PrometheusAnswerTests {
  private static let now = 1_700_000_000.0

  private static func number(_ text: String, status: Int = 200) -> Result<Double, NoAnswer> {
    let answer = PrometheusAnswer(
      status: status, document: JSON.document(text.utf8), now: now)
    return Result { () throws(NoAnswer) in try answer.number(notOlderThan: .seconds(300)) }
  }

  private static func vector(_ samples: String...) -> String {
    let series = samples.map { #"{"metric":{"job":"shop"},"value":\#($0)}"# }
    return
      #"{"status":"success","data":{"resultType":"vector","result":[\#(series.joined(separator: ","))]}}"#
  }

  private static func data(_ type: String, _ result: String) -> String {
    #"{"status":"success","data":{"resultType":"\#(type)","result":\#(result)}}"#
  }

  @Test(
    arguments: [
      (vector(#"[1700000000,"3"]"#), 3.0),
      (vector(#"[1699999701.5,"0"]"#), 0),
      (vector(#"[1700000000,"-1.5e-07"]"#), -1.5e-07),
      (data("scalar", #"[1700000000,"42"]"#), 42),
    ] as [(String, Double)])
  func values(text: String, value: Double) {
    #expect(Self.number(text) == .success(value))
  }

  @Test(arguments: [
    (vector(), "no series matches the query"),
    (
      vector(#"[1700000000,"1"]"#, #"[1700000000,"2"]"#),
      "2 series, expected one: aggregate them, as with sum()"
    ),
    (vector(#"[1700000000,"NaN"]"#), "the value is NaN"),
    (vector(#"[1700000000,"+Inf"]"#), "the value is infinite"),
    (vector(#"[1700000000,"-Inf"]"#), "the value is infinite"),
    (vector(#"[1700000000,"many"]"#), "the value is not a number: 'many'"),
    (vector(#"[1700000000,"0x10"]"#), "the value is not a number: '0x10'"),
    (vector(#"[1700000000,""]"#), "the value is not a number: ''"),
    (vector("[1700000000,3]"), "the answer's sample is malformed"),
    (vector(#"["3"]"#), "the answer's sample is malformed"),
    (vector(#"[1699999400,"3"]"#), "stale: the sample is 10m old"),
    (vector(#"[1700000600,"3"]"#), "the sample is 10m ahead"),
    (data("matrix", "[]"), "a range of samples: ask for an instant, as with rate()"),
    (data("string", #"[1700000000,"x"]"#), "the query's result is a string"),
    (data("cube", "[]"), "unknown result type 'cube'"),
    (
      data("vector", #"[{"metric":{},"histogram":[1700000000,{"count":"3"}]}]"#),
      "a native histogram: ask for a number, as with histogram_quantile()"
    ),
    (data("vector", "7"), "the answer has no result"),
    (#"{"status":"success"}"#, "the answer has no data"),
    (#"{"status":"success","data":{}}"#, "the answer has no result type"),
    (
      #"{"status":"success","warnings":["partial answer"],"data":{"resultType":"scalar","result":[1700000000,"1"]}}"#,
      "warning: partial answer"
    ),
    ("<html>", "the answer is not Prometheus JSON"),
    ("[]", "the answer is not Prometheus JSON"),
    ("", "the answer is not Prometheus JSON"),
  ])
  func noData(text: String, reason: String) {
    #expect(Self.number(text) == .failure(.noData(reason)))
  }

  @Test func errorsOfTheServer() {
    #expect(
      Self.number(
        #"{"status":"error","errorType":"bad_data","error":"parse error: unexpected end"}"#,
        status: 400) == .failure(.noData("400 bad_data: parse error: unexpected end")))
    #expect(
      Self.number("gateway", status: 502) == .failure(.noData("the server answered 502")))
    #expect(
      Self.number(Self.vector(#"[1700000000,"3"]"#), status: 500)
        == .failure(.noData("the server answered 500")))
  }

  @Test func warningsThatAreEmptyAreNone() {
    #expect(
      Self.number(
        #"{"status":"success","warnings":[],"infos":["x"],"data":{"resultType":"scalar","result":[1700000000,"1"]}}"#
      ) == .success(1))
  }

  @Test func formEncoding() {
    #expect("sum(up{job=\"é\"}) + 1".formEncoded == "sum%28up%7Bjob%3D%22%C3%A9%22%7D%29+%2B+1")
  }
}
