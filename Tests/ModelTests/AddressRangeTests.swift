import Model
import Testing

@Suite struct AddressRangeTests {
  private func range(_ text: String) throws -> AddressRange {
    try #require(AddressRange(text), "\(text)")
  }

  /// Packets have the address of IPv4, whatever programs call it.
  @Test func aMappedAddressIsOneOfIPv4() {
    #expect(AddressRange("::ffff:10.0.0.1")?.text == "10.0.0.1")
    #expect(AddressRange("::ffff:10.0.0.0/104")?.text == "10.0.0.0/8")
    #expect(AddressRange("::ffff:0:0/95")?.family == .v6)
  }

  @Test(arguments: [
    ("10.0.0.2", "10.0.0.2"), ("10.1.2.3/8", "10.0.0.0/8"), ("0.0.0.0/0", "0.0.0.0/0"),
    ("10.0.0.2/32", "10.0.0.2"), ("2001:db8::ffff/33", "2001:db8::/33"), ("::1", "::1"),
    ("10.255.0.0/9", "10.128.0.0/9"),
  ])
  func whatIsBeyondThePrefixIsCleared(_ written: String, _ canonical: String) throws {
    #expect(try range(written).text == canonical)
  }

  @Test(arguments: [
    "10.0.0.0/33", "::/129", "10.0.0.0/", "/8", "10.0.0.0/-1", "10.0.0/8", "10.0.0.0/8/8", "a/8",
    "",
    "10.0.0.0/+8", "10.0.0.0/٨",
  ])
  func whatIsNoRangeIsRefused(_ text: String) {
    #expect(AddressRange(text) == nil)
  }

  @Test func oneRangeContainsAnother() throws {
    let wide = try range("10.0.0.0/8")
    #expect(wide.contains(try range("10.9.0.0/16")))
    #expect(!(try range("10.9.0.0/16")).contains(wide))
    #expect(wide.overlaps(try range("10.9.0.0/16")))
    #expect(!wide.overlaps(try range("11.0.0.0/8")))
    // The same bits of another family are another address.
    #expect(!(try range("::/0")).contains(wide))
  }

  /// nft(8) refuses a set whose intervals overlap.
  @Test func aSetHasNoRangeWithinAnother() throws {
    let ranges = try ["10.0.0.2", "10.0.0.0/24", "10.0.0.0/24", "::1", "192.0.2.1"].map(range)
    #expect(AddressRange.merged(ranges).map(\.text) == ["10.0.0.0/24", "192.0.2.1", "::1"])
  }
}

@Suite struct PortRangeTests {
  @Test func rangesThatMeetBecomeOne() {
    let ranges = [PortRange(10, 20), PortRange(15, 30), PortRange(31, 31), PortRange(40, 40)]
    #expect(PortRange.merged(ranges.compactMap(\.self)).map(\.text) == ["10-31", "40"])
  }

  @Test(arguments: [(0, 1), (2, 1), (1, 65536), (-5, 5)])
  func whatIsNoRangeIsRefused(_ first: Int, _ last: Int) {
    #expect(PortRange(first, last) == nil)
  }

  @Test func theLastPortCanBeMerged() {
    let ranges = [PortRange(65535, 65535), PortRange(65000, 65535)].compactMap(\.self)
    #expect(PortRange.merged(ranges).map(\.text) == ["65000-65535"])
  }
}
