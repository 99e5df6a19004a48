// swift-tools-version: 6.2
import Foundation
import PackageDescription

// The processor to compile for: "native" unless SEEDSCAPE_ARCH names another (x86-64-v3, skylake-avx512, ...). The
// setting reaches Swift's own code generation through Clang's importer.
let architecture = ProcessInfo.processInfo.environment["SEEDSCAPE_ARCH"] ?? "native"

let settings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
  .unsafeFlags(["-Xcc", "-march=\(architecture)"]),
]

func module(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency] = [], fixtures: Bool = false) -> Target {
  .testTarget(
    name: name + "Tests", dependencies: [.byName(name: name)] + dependencies,
    resources: fixtures ? [.copy("Fixtures")] : [], swiftSettings: settings)
}

let package = Package(
  name: "seedscape",
  targets: [
    // Doors to C libraries: a module map and a shim header, no logic.
    .systemLibrary(name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),

    // Science: knows no MPI and no database.
    module("Randomness"),
    module("LinearAlgebra", ["COpenBLAS"]),
    module("TensorFiles"),
    module("BERT", ["LinearAlgebra", "Randomness", "TensorFiles"]),

    tests("Randomness"),
    tests("BERT", ["LinearAlgebra", "Randomness", "TensorFiles"], fixtures: true),
  ]
)
