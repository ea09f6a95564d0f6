import Glibc
import Testing

@testable import Linux

@Suite struct CgroupsTests {
  /// Root's is not another user's to clear; that it is anybody's at all is for directories only.
  @Test func aCgroupIsOfItsOwnerAlone() throws {
    var template = Array("/tmp/jenner-cgroup-XXXXXX".utf8CString)
    try #require(mkdtemp(&template) != nil)
    let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    defer { rmdir(path) }
    #expect(Cgroups.isOwned(path, by: geteuid()))
    #expect(!Cgroups.isOwned(path, by: geteuid() + 1))
    #expect(!Cgroups.isOwned("/proc/self/exe", by: geteuid()))
    #expect(!Cgroups.isOwned(path + "/gone", by: geteuid()))
  }

  @Test(.enabled(if: geteuid() == 0)) func rootsIsNoOtherUsers() {
    #expect(Cgroups.isOwned("/", by: 0))
    #expect(!Cgroups.isOwned("/", by: 65_534))
  }
}
