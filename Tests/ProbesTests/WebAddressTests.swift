import Testing

@testable import Probes

@Suite struct WebAddressTests {
  @Test(arguments: [
    ("http://shop", "shop", 80, "/", "shop"),
    ("http://shop:8080/checkout?a=b", "shop", 8080, "/checkout?a=b", "shop:8080"),
    ("HTTPS://shop.example/", "shop.example", 443, "/", "shop.example"),
    ("https://shop:443/x", "shop", 443, "/x", "shop"),
    ("http://[::1]:81", "::1", 81, "/", "[::1]:81"),
    ("http://127.0.0.1?q", "127.0.0.1", 80, "/?q", "127.0.0.1"),
  ])
  func parts(text: String, host: String, port: Int, target: String, field: String) throws {
    let address = try WebAddress(text: text)
    #expect(address.place == HostPort(host: host, port: port))
    #expect(address.target == target)
    #expect(address.hostField == field)
    #expect(address.isSecure == text.lowercased().hasPrefix("https"))
  }

  @Test(arguments: [
    ("ftp://shop/", "does not begin with http:// or https://"),
    ("shop:8080", "does not begin with http:// or https://"),
    ("http:/shop", "does not begin with http:// or https://"),
    ("http://", "has no host"),
    ("http:///path", "has no host"),
    ("http://:80/", "has no host"),
    ("http://user:password@shop/", "has user information; send it in a header, as a secret"),
    ("http://shop/#top", "has a fragment, which is never sent"),
    ("http://shop:0/", "has no port from 1 to 65535"),
    ("http://shop:x/", "has no port from 1 to 65535"),
    ("http://shop:70000/", "has no port from 1 to 65535"),
    ("http://shop/a b", "has characters that must be percent-encoded"),
    ("http://shöp/", "has characters that must be percent-encoded"),
    ("http://shop/\r\nX: y", "has characters that must be percent-encoded"),
    ("http://[::1", "lacks the closing ']'"),
    ("http://[shop]/", "has no IPv6 address between the brackets"),
    ("http://::1/", "has an IPv6 address without brackets"),
    ("http://sh*p/", "has a host that is neither a name nor an address"),
  ])
  func refused(text: String, reason: String) {
    #expect(throws: HostPort.Invalid(reason)) { try WebAddress(text: text) }
  }

  @Test func appending() throws {
    #expect(try WebAddress(text: "http://p:1").appending("/api").target == "/api")
    #expect(try WebAddress(text: "http://p:1/sub/").appending("/api").target == "/sub/api")
  }
}
