import Testing

@testable import Faults

@Suite struct TableListingTests {
  /// As nft 1.0.6 prints it.
  private let text = """
    table netdev jenner0a1b2c3d_1 { # progname nft
    \tflags owner

    \tset live {
    \t\ttypeof meta protocol
    \t\tflags timeout
    \t\telements = { ip timeout 6s expires 5s508ms,
    \t\t\t     ip6 timeout 6s expires 5s508ms }
    \t}

    \tset with_0 {
    \t\ttypeof meta protocol
    \t\tflags timeout
    \t}

    \tchain out_1 {
    \t\tcounter packets 7 bytes 420 fwd to "jenner0a1b2c3d0"
    \t}

    \tchain out_base {
    \t\ttype filter hook egress device "va" priority -2; policy accept;
    \t\tip daddr 10.0.0.9 accept
    \t\tip daddr 10.0.0.2 meta protocol @live counter packets 5 bytes 300 goto out_1
    \t\tip6 daddr ::1 meta protocol @live counter packets 2 bytes 120 goto out_1
    \t}
    }
    """

  @Test func countsAreOfTheirChainsAndSetsAreKnownByTheirElements() {
    let listing = TableListing(text: text)
    #expect(listing.packets == ["out_1": 7, "out_base": 7])
    #expect(listing.filledSets == ["live"])
  }

  @Test func rubbishHasNothingInIt() {
    let listing = TableListing(text: "table\n{ {\nchain {\ncounter packets x\n\u{0}")
    #expect(listing.packets.isEmpty)
    #expect(listing.filledSets.isEmpty)
  }
}
