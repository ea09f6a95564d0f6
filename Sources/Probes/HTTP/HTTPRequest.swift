internal import Model
internal import NIOCore
internal import NIOHTTP1

/// A request that is sent again and again: everything about it is prepared once.
struct HTTPRequest: Sendable {
  let head: HTTPRequestHead
  let body: ByteBuffer?
  /// Whether it goes out on a kept connection, and leaves its own for the next.
  ///
  /// Only a request does that whose repetition does no more than sending it once (RFC 9110, section
  /// 9.2.2): it has to be repeated if the server has just closed the kept connection.
  let keepsConnection: Bool

  /// Prepares a request.
  ///
  /// - Parameters:
  ///   - keepAlive: whether connections may be kept at all.
  ///   - isRepeatable: overrides what the method says, such as for a POST that only asks.
  init(
    method: HTTPMethod, address: WebAddress, headers: HTTPHeaders, body: String? = nil,
    keepAlive: Bool, isRepeatable: Bool? = nil
  ) {
    var fields = HTTPHeaders()
    if !headers.contains(name: "host") { fields.add(name: "Host", value: address.hostField) }
    if !headers.contains(name: "user-agent") {
      fields.add(name: "User-Agent", value: "jenner/\(JennerVersion.text)")
    }
    if !headers.contains(name: "accept") { fields.add(name: "Accept", value: "*/*") }
    fields.add(contentsOf: headers)
    let repeats = isRepeatable ?? ![.POST, .PATCH].contains(method)
    keepsConnection = keepAlive && repeats
    if !keepsConnection { fields.add(name: "Connection", value: "close") }
    let hasBody = body != nil || [.POST, .PUT, .PATCH].contains(method)
    if hasBody { fields.add(name: "Content-Length", value: String(body?.utf8.count ?? 0)) }
    head = HTTPRequestHead(
      version: .http1_1, method: method, uri: address.target, headers: fields)
    self.body = body.flatMap { $0.isEmpty ? nil : ByteBuffer(string: $0) }
  }
}

/// The answer to a request.
struct HTTPResponse: Sendable {
  var status: Int
  var headers: HTTPHeaders
  /// Empty where the client was told that nobody reads it.
  var body: ByteBuffer

  /// The body as text; what is not UTF-8 is replaced.
  var text: String { String(decoding: body.readableBytesView, as: UTF8.self) }
}

/// What became of a request, and how long it took.
struct HTTPAnswer: Sendable {
  var result: Result<HTTPResponse, NoAnswer>
  /// From the start to the answer's last byte, in seconds.
  var latency: Double
  /// Parts of the latency, in seconds.
  ///
  /// `connect` counts from the start and includes the lookup of the name, `tls` from there to the end
  /// of the handshake, and `first_byte` from the sending of the request. A kept connection has only
  /// the last.
  var timings: [String: Double]
}
