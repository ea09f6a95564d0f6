import Testing

@testable import proof

@Suite struct LoaderTests {
  @Test func theLoadersCodeIsFound() {
    let maps = """
      55d0c0000000-55d0c0100000 r-xp 00000000 fe:00 12   /usr/bin/jenner-agent
      7f1000000000-7f1000001000 r--p 00000000 fe:00 34   /usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2
      7f1000001000-7f1000026000 r-xp 00001000 fe:00 34   /usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2
      7ffd00000000-7ffd00002000 r-xp 00000000 00:00 0    [vdso]
      """
    #expect(Loader.code(in: maps) == 0x7f10_0000_1000..<0x7f10_0002_6000)
  }

  @Test func aProgramWithoutALoaderHasNone() {
    #expect(Loader.code(in: "400000-500000 r-xp 00000000 fe:00 12 /bin/static").isEmpty)
  }
}
