internal import FoundationEssentials

extension Plan {
  /// The SHA-256 of the plan's canonical JSON, as 64 hexadecimal digits: two plans of one digest do
  /// the same to the same processes.
  ///
  /// Left out are notes on hosts, which depend on the session that asks and not on what is done, and the
  /// command lines of targets. A process is known by its id and
  /// start time, its executable and its user; its command line it may rewrite as it runs, and
  /// PostgreSQL, nginx and sshd do so with every request. With them in it, the digest of an
  /// unchanged world would change between `plan` and `run`.
  /// The facts of hosts stay in: another kernel, user or agent is another world.
  ///
  /// - Throws: what JSONEncoder throws, if a parameter has no JSON form.
  public var digest: String {
    get throws { try compared.json().digest }
  }

  /// The plan as a JSON value, as a plan file and a record hold it.
  public func json() throws -> JSON {
    let encoder = JSONEncoder()
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return try JSONDecoder().decode(JSON.self, from: encoder.encode(self))
  }

  /// The plan without what its digest leaves out.
  public var compared: Plan {
    var plan = withoutNotes
    for step in plan.steps.indices {
      guard let injections = plan.steps[step].fault?.injections else { continue }
      for injection in injections.indices {
        for target in injections[injection].targets.indices {
          plan.steps[step].fault?.injections[injection].targets[target].commandLine = []
        }
      }
    }
    return plan
  }

  /// The plan without notes on its hosts.
  public var withoutNotes: Plan {
    var plan = self
    for host in plan.hosts.indices { plan.hosts[host].facts.note = nil }
    return plan
  }
}
