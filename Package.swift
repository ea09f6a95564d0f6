// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .treatAllWarnings(as: .error),
]

func nio(_ product: String) -> Target.Dependency {
  .product(name: product, package: "swift-nio")
}

/// The modules form a directed acyclic graph; CI builds with
/// `--explicit-target-dependency-import-check error`, so an undeclared import does not compile.
let package = Package(
  name: "jenner",
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    // What Swift can't import of Linux, and libcap.
    .target(name: "CLinux"),
    .systemLibrary(name: "CCap", pkgConfig: "libcap", providers: [.apt(["libcap-dev"])]),

    // The modules, from what everyone shares to what few need.
    .target(name: "Model", dependencies: [], swiftSettings: strict),
    .target(name: "Verdict", dependencies: ["Model"], swiftSettings: strict),
    .target(
      name: "ExperimentFile", dependencies: ["Model", .product(name: "Yams", package: "Yams")],
      swiftSettings: strict),
    .target(name: "Faults", dependencies: ["Model"], swiftSettings: strict),
    .target(
      name: "Probes",
      dependencies: ["Model", nio("NIOCore"), nio("NIOHTTP1"), nio("NIOPosix"), nio("NIOTLS")],
      swiftSettings: strict),
    .target(
      name: "TLS",
      dependencies: [
        "Model", "Probes", nio("NIOCore"), .product(name: "NIOSSL", package: "swift-nio-ssl"),
      ], swiftSettings: strict),
    .target(name: "Linux", dependencies: ["CCap", "CLinux", "Model"], swiftSettings: strict),
    .target(name: "Proxy", dependencies: ["CLinux", "Linux", "Model"], swiftSettings: strict),
    .target(name: "Agent", dependencies: ["Model"], swiftSettings: strict),
    .target(name: "Runner", dependencies: ["Model", "Verdict"], swiftSettings: strict),
    .target(name: "Reports", dependencies: ["Model"], swiftSettings: strict),
    .target(name: "ChildProcess", dependencies: [], swiftSettings: strict),

    // The programs.
    .executableTarget(
      name: "jenner",
      dependencies: [
        "ExperimentFile", "Faults", "Linux", "Model", "Probes", "Reports", "Runner", "TLS",
        "Verdict", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], swiftSettings: strict),
    .executableTarget(
      name: "jenner-agent",
      dependencies: ["Agent", "Faults", "Linux", "Model", "Probes", "Proxy"],
      swiftSettings: strict),
    .executableTarget(
      name: "sample-shop",
      dependencies: [
        "ChildProcess", "Model", .product(name: "ArgumentParser", package: "swift-argument-parser"),
        nio("NIOCore"), nio("NIOHTTP1"), nio("NIOPosix"),
      ], swiftSettings: strict),

    // The tests: one folder for each module; HostTests runs the programs.
    .testTarget(name: "ModelTests", dependencies: ["Model"], swiftSettings: strict),
    .testTarget(name: "VerdictTests", dependencies: ["Model", "Verdict"], swiftSettings: strict),
    .testTarget(
      name: "ExperimentFileTests", dependencies: ["ExperimentFile", "Model"], swiftSettings: strict),
    .testTarget(name: "FaultsTests", dependencies: ["Faults", "Model"], swiftSettings: strict),
    .testTarget(
      name: "ProbesTests",
      dependencies: ["Model", "Probes", nio("NIOCore"), nio("NIOHTTP1"), nio("NIOPosix")],
      swiftSettings: strict),
    .testTarget(
      name: "TLSTests",
      dependencies: [
        "Model", "Probes", "TLS", nio("NIOCore"), nio("NIOPosix"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
      ], swiftSettings: strict),
    .testTarget(
      name: "LinuxTests", dependencies: ["CLinux", "Linux", "Model"], swiftSettings: strict),
    .testTarget(
      name: "ProxyTests", dependencies: ["ChildProcess", "CLinux", "Linux", "Model", "Proxy"],
      swiftSettings: strict),
    .testTarget(
      name: "AgentTests", dependencies: ["Agent", "Faults", "Linux", "Model", "jenner-agent"],
      swiftSettings: strict),
    .testTarget(
      name: "RunnerTests", dependencies: ["ExperimentFile", "Model", "Runner", "Verdict"],
      swiftSettings: strict),
    .testTarget(
      name: "ReportsTests", dependencies: ["Model", "Reports"], exclude: ["Golden"],
      swiftSettings: strict),
    .testTarget(name: "ChildProcessTests", dependencies: ["ChildProcess"], swiftSettings: strict),
    .testTarget(
      name: "sample-shopTests", dependencies: ["sample-shop", nio("NIOHTTP1")],
      swiftSettings: strict),
    .testTarget(
      name: "jennerTests",
      dependencies: ["ExperimentFile", "Model", "Reports", "Verdict", "jenner"],
      swiftSettings: strict),
    // A program that tries to break the first promise: scripts/prove.
    .target(name: "CTracer", path: "Tests/CTracer"),
    .executableTarget(
      name: "proof",
      dependencies: [
        "Agent", "CLinux", "CTracer", "Faults", "Linux", "Model", "Runner", "Verdict",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], path: "Tests/Proof", swiftSettings: strict),
    // Serves a proxy for Benchmarks/run.
    .executableTarget(
      name: "serve-proxy", dependencies: ["Linux", "Model", "Proxy"],
      path: "Benchmarks/serve-proxy", swiftSettings: strict),
    .testTarget(name: "ProofTests", dependencies: ["proof"], swiftSettings: strict),
    .testTarget(
      name: "HostTests", dependencies: ["ChildProcess", "CLinux", "Model"], swiftSettings: strict),
  ]
)
