/// A machine besides this one: how its agent is reached.
public struct HostDeclaration: FieldSection, Hashable {
  /// How the pipe to the agent is made.
  public enum Transport: Sendable, Hashable {
    /// Any command whose standard input and output are the pipe.
    case exec([String])
    /// The OpenSSH client, given `user@host`.
    case ssh(String)
  }

  public var name: String
  public var transport: Transport
  public var sudo: Bool
  /// The address at which other hosts reach this one.
  public var address: String?

  /// Declares and reads a host.
  public init(_ fields: inout Fields) {
    name = ""
    let exec: [String]? = fields.optional(
      "exec", "command whose stdin and stdout reach a jenner-agent")
    let ssh: String? = fields.optional("ssh", "user@host, reached by the OpenSSH client")
    sudo = fields.value(
      "sudo", "start the agent with 'sudo -n'", default: false, shown: "false")
    address = fields.optional("address", "address at which other hosts reach this one")
    switch (exec, ssh) {
    case (let argv?, nil):
      if argv.isEmpty { fields.note("an empty command reaches nothing", at: "exec") }
      if sudo {
        fields.note(
          "'sudo' goes with 'ssh'; 'exec' is taken as it stands", at: "sudo",
          cure: "write sudo -n into 'exec' where the agent is named")
      }
      transport = .exec(argv)
    case (nil, let destination?):
      // A destination that starts with a dash would be read as an option by ssh.
      if destination.hasPrefix("-") || destination.contains(where: \.isWhitespace) {
        fields.note("'\(destination.limited)' is not user@host", at: "ssh")
      }
      transport = .ssh(destination)
    case (.some, .some):
      fields.note("'exec' and 'ssh' exclude each other", at: "ssh", cure: "keep one of them")
      transport = .exec([])
    case (nil, nil):
      if fields.node("exec") == nil, fields.node("ssh") == nil, !fields.hasUnknownKeys {
        fields.note("a host needs 'ssh' or 'exec' to be reached", cure: "add one of them")
      }
      transport = .exec([])
    }
  }

  /// The host under the name that the file gives it.
  func named(_ name: String) -> HostDeclaration {
    var host = self
    host.name = name
    return host
  }

  /// The command whose standard input and output are the pipe to the agent.
  public var command: [String] {
    switch transport {
    case .exec(let argv): argv
    case .ssh(let destination):
      // Keep-alives, so that a dead network is noticed by the client too and it ends.
      [
        "ssh", "-T", "-o", "BatchMode=yes", "-o", "ConnectTimeout=10", "-o",
        "ServerAliveInterval=2", "-o", "ServerAliveCountMax=3", "--", destination,
      ]
        + (sudo ? ["sudo", "-n", "jenner-agent"] : ["jenner-agent"])
    }
  }
}
