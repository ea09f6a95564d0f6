import Model
import Testing

@Suite struct NetworkProfileTests {
  @Test(arguments: NetworkProfile.all) func aProfileCanBeMade(profile: NetworkProfile) {
    for shaping in [profile.download, profile.upload] {
      #expect(shaping.problems.isEmpty)
      #expect(shaping.queueLimit(lineRate: nil).isEnough || shaping.rate == nil)
    }
    #expect(!profile.source.isEmpty && !profile.summary.isEmpty)
    #expect(profile.name.allSatisfy { $0.isLowercase || $0.isNumber || $0 == "-" })
    #expect(NetworkProfile.named(profile.name) == profile)
  }

  @Test func namesAreUnique() {
    #expect(Set(NetworkProfile.all.map(\.name)).count == NetworkProfile.all.count)
    #expect(NetworkProfile.named("5g") == nil)
  }

  @Test(arguments: [
    ("3g", ["delay", "150ms", "rate", "1600000bit"], ["delay", "150ms", "rate", "768000bit"]),
    (
      "satellite-geostationary", ["delay", "279ms", "rate", "100000000bit"],
      ["delay", "279ms", "rate", "10000000bit"]
    ),
    ("transatlantic", ["delay", "29475us"], ["delay", "29475us"]),
  ]) func figuresAreThoseOfTheSource(name: String, down: [String], up: [String]) throws {
    let profile = try #require(NetworkProfile.named(name))
    #expect(profile.download.qdiscs().map { Array($0.dropFirst(3)) } == [down])
    #expect(profile.upload.qdiscs().map { Array($0.dropFirst(3)) } == [up])
  }
}
