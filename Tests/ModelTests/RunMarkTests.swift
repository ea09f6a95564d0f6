import Model
import Testing

@Suite struct RunMarkTests {
  @Test func aMarkIsShortEnoughForALink() {
    // The first digits of `printf r | sha256sum`.
    #expect(RunMark(ofRun: "r").name == "jenner454349e4")
    #expect(RunMark(ofRun: String(repeating: "x", count: 100)).name.utf8.count < 15)
  }

  @Test(arguments: ["jenner454349e4", "jenner454349e4-2", "jenner454349e4f", "jenner454349e4_x"])
  func aNameBeginsWithItsMark(name: String) {
    #expect(RunMark(beginning: name) == RunMark(ofRun: "r"))
  }

  @Test(arguments: [
    "", "jenner", "jenner-guardian-12", "jenner454349e", "jenner454349E4", "xjenner454349e4",
    "jennerational1", "Jenner454349e4",
  ])
  func othersNamesHaveNone(name: String) {
    #expect(RunMark(beginning: name) == nil)
    #expect(RunMark(in: "a \(name) b") == nil)
  }

  @Test(arguments: [
    "inet jenner454349e4", "/sys/fs/cgroup/a.slice/jenner454349e4/b", "jenner454349e4 qdisc root",
    #"{"dev":"jenner454349e4"}"#, "ipv4 route main 10.0.0.0/8 jenner454349e40",
  ])
  func aMarkIsFoundInAText(text: String) {
    #expect(RunMark(in: text) == RunMark(ofRun: "r"))
  }
}
