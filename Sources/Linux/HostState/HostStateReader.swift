public import Model

/// Reads the state of this host, section by section.
public enum HostStateReader {
  /// Those that need no tool come first: they are read while the tools work.
  private static let sections: [any StateSection.Type] = [
    ProcessesSection.self, MountsSection.self, CgroupsSection.self, SysctlsSection.self,
    NftSection.self, TrafficControlSection.self, LinksSection.self, RoutesSection.self,
  ]

  /// The state now; `files` reads what is Jenner's own.
  ///
  /// It blocks until every tool has answered or was given up, so it belongs into a process of its
  /// own.
  public static func read(
    files: () throws(Unseen) -> [String: String]
  ) throws(SystemError) -> HostState {
    let start = EventLoop.now
    let tools = try StateTools()
    for section in sections { tools.start(section.calls) }
    var state = HostState()
    for section in sections {
      state.set(
        section.section,
        to: contents { () throws(Unseen) in
          try section.entries(using: tools)
        })
    }
    state.set(.files, to: contents(files))
    state.elapsedSeconds = (EventLoop.now - start).seconds
    return state
  }

  private static func contents(
    _ read: () throws(Unseen) -> [String: String]
  ) -> HostState.Contents {
    do throws(Unseen) {
      return .entries(try read())
    } catch {
      return .unseen(error.reason)
    }
  }
}
