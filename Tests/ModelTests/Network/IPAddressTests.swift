import FoundationEssentials
import Model
import Testing

@Suite struct IPAddressTests {
  @Test(arguments: [
    ("0.0.0.0", "0.0.0.0"), ("192.0.2.255", "192.0.2.255"), ("::", "::"), ("::1", "::1"),
    ("2001:DB8::1", "2001:db8::1"), ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
    ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"), ("1::8", "1::8"),
    ("1:0:3:4:5:6:7:8", "1:0:3:4:5:6:7:8"),
    ("::ffff:192.0.2.1", "::ffff:c000:201"), ("fe80::", "fe80::"), ("0001::00ff", "1::ff"),
    ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
  ]) func addressesAreReadAndWrittenCanonically(text: String, canonical: String) throws {
    let address = try #require(IPAddress(text: text))
    #expect(address.text == canonical)
    #expect(IPAddress(text: canonical) == address)
    let data = try JSONEncoder().encode([address])
    #expect(try JSONDecoder().decode([IPAddress].self, from: data) == [address])
  }

  @Test(arguments: [
    "", "1", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "1.2.3.+4", "1.2.3.4 ", ":", ":::",
    "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3", "::12345", "g::", "::1%lo",
    "1:2:3:4:5:6:7:8::",
    "::1.2.3", "1.2.3.4::", "::+1", "[::1]",
  ]) func whatIsNoAddressIsNone(text: String) {
    #expect(IPAddress(text: text) == nil)
  }

  @Test(arguments: ["127.0.0.1:53", "[::1]:53", "0.0.0.0:0", "[2001:db8::1]:65535"])
  func endpointsAreReadAndWritten(text: String) throws {
    let endpoint = try #require(IPEndpoint(text: text))
    #expect(endpoint.text == text)
    let data = try JSONEncoder().encode([endpoint])
    #expect(try JSONDecoder().decode([IPEndpoint].self, from: data) == [endpoint])
  }

  @Test(arguments: [
    "127.0.0.1", "::1", "::1:53", "[127.0.0.1]:53", "127.0.0.1:65536", "[::1]:", ":53",
    "127.0.0.1:+5",
  ])
  func whatIsNoEndpointIsNone(text: String) {
    #expect(IPEndpoint(text: text) == nil)
  }
}
