// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .treatAllWarnings(as: .error),
]

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
    .systemLibrary(name: "CCap", pkgConfig: "libcap", providers: [.apt(["libcap-dev"])]),
    .target(name: "CLinux"),
    .target(name: "Model", swiftSettings: strict),
    .target(name: "Linux", dependencies: ["Model", "CLinux", "CCap"], swiftSettings: strict),
    .target(name: "Faults", dependencies: ["Model"], swiftSettings: strict),
    .target(name: "Agent", dependencies: ["Model"], swiftSettings: strict),
    .executableTarget(
      name: "jenner-agent", dependencies: ["Model", "Linux", "Faults", "Agent"],
      swiftSettings: strict),
    .testTarget(name: "ModelTests", dependencies: ["Model"], swiftSettings: strict),
    .testTarget(
      name: "LinuxTests", dependencies: ["Linux", "Model", "CLinux"], swiftSettings: strict),
    .testTarget(name: "FaultsTests", dependencies: ["Faults", "Model"], swiftSettings: strict),
    .testTarget(
      name: "AgentTests", dependencies: ["Agent", "Faults", "Linux", "Model", "jenner-agent"],
      swiftSettings: strict),
  ]
)
