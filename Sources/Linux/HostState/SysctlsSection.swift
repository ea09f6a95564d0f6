internal import Model

/// The settings of the kernel that faults, or whoever tunes a host during a run, may change.
///
/// What the kernel counts, or sets by itself, is not among them.
enum SysctlsSection: StateSection {
  static let section = HostState.Section.sysctls

  static func entries(using tools: StateTools) throws(Unseen) -> [String: String] {
    var entries: [String: String] = [:]
    for name in names {
      let path = "/proc/sys/" + name.split(separator: ".").joined(separator: "/")
      // What a kernel does not have, or shows to nobody, is the same before and after.
      guard let bytes = try? FileContents.bytes(of: path, limit: 4096) else { continue }
      entries[name] = String(decoding: bytes, as: UTF8.self)
        .split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
    guard !entries.isEmpty else { throw Unseen("/proc/sys can't be read") }
    return entries
  }

  private static let names =
    under(
      "kernel",
      """
      core_pattern hung_task_timeout_secs kptr_restrict panic panic_on_oops pid_max \
      randomize_va_space sched_rt_runtime_us sysrq threads-max watchdog yama.ptrace_scope
      """)
    + under(
      "vm",
      """
      dirty_background_ratio dirty_ratio max_map_count min_free_kbytes nr_hugepages \
      oom_kill_allocating_task overcommit_memory overcommit_ratio panic_on_oom swappiness
      """)
    + under(
      "fs",
      """
      aio-max-nr file-max inotify.max_user_instances inotify.max_user_watches nr_open \
      pipe-max-size suid_dumpable
      """)
    + under(
      "net.core",
      """
      default_qdisc netdev_max_backlog rmem_default rmem_max somaxconn wmem_default wmem_max
      """)
    + under(
      "net.ipv4",
      """
      conf.all.forwarding conf.all.rp_filter conf.all.send_redirects conf.default.rp_filter \
      icmp_echo_ignore_all ip_default_ttl ip_forward ip_local_port_range ip_nonlocal_bind \
      neigh.default.gc_thresh3 tcp_congestion_control tcp_ecn tcp_fastopen tcp_fin_timeout \
      tcp_keepalive_intvl tcp_keepalive_probes tcp_keepalive_time tcp_max_syn_backlog \
      tcp_mtu_probing tcp_no_metrics_save tcp_orphan_retries tcp_retries1 tcp_retries2 tcp_rmem \
      tcp_sack tcp_syn_retries tcp_synack_retries tcp_syncookies tcp_timestamps tcp_tw_reuse \
      tcp_window_scaling tcp_wmem
      """)
    + under("net.ipv6", "conf.all.disable_ipv6 conf.all.forwarding conf.default.disable_ipv6")
    + under("net.netfilter", "nf_conntrack_buckets nf_conntrack_max")
    + under("net.bridge", "bridge-nf-call-ip6tables bridge-nf-call-iptables")

  private static func under(_ folder: String, _ names: String) -> [String] {
    names.split(separator: " ").map { "\(folder).\($0)" }
  }
}
