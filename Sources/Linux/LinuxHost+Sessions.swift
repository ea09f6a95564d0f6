public import Model

/// The processes of a session that is known by its leader: by its process id and its start time.
extension LinuxHost {
  /// The processes of a session, its leader included, as far as they are known to be its.
  ///
  /// A session has nothing but a number: the process id of its leader. While the leader is there,
  /// waiting to be reaped included, the number is its own. Afterwards the kernel gives it to nobody as
  /// long as a process is left in the session (it keeps a number that is one of a process, a group or a
  /// session), but then it may, and whoever gets it can make a session, and end before those whom it
  /// started. So those who have the number are all of the session or none of them is: they are if one
  /// has `value` in the variable `name` of its environment, which the leader was started with.
  ///
  /// Where nobody's environment may be read, or every one of them has another by now, none is known.
  public func members(
    ofSession leader: ProcessIdentity, marked name: String, _ value: String
  ) -> [ProcessIdentity] {
    let members = processIDs((try? entries(of: proc)) ?? []).compactMap { pid -> ProcessIdentity? in
      guard let status = status(pid), status.session == leader.pid, status.state != "Z" else {
        return nil
      }
      return ProcessIdentity(pid: pid, startTime: status.startTime)
    }
    // Looked at afterwards: while they were listed the number was the leader's too then.
    if let present = identity(of: leader.pid) { return present == leader ? members : [] }
    return members.contains { variable(name, of: $0.pid) == value } ? members : []
  }
}
