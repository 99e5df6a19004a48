// swift-tools-version: 6.2
import Foundation
import PackageDescription

// The processor to compile for: "native" unless SEEDSCAPE_ARCH names another (x86-64-v3, skylake-avx512, ...). The
// setting reaches Swift's own code generation through Clang's importer.
let architecture = ProcessInfo.processInfo.environment["SEEDSCAPE_ARCH"] ?? "native"

// tools/fuzz sets it: then every module is compiled for libFuzzer, and there is the program that it runs. Ordinary
// builds have neither.
let fuzzes = ProcessInfo.processInfo.environment["SEEDSCAPE_FUZZ"] != nil

let settings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
  // Of debug information the lines alone, which backtraces show. To the frontend, as the package manager's own -g comes later.
  .unsafeFlags(
    ["-Xfrontend", "-gline-tables-only", "-Xcc", "-march=\(architecture)"] + (fuzzes ? ["-sanitize=fuzzer"] : [])),
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
  products: [.executable(name: "seedscape", targets: ["seedscape"])],
  dependencies: [
    // The command line: what Swift's own tools use.
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    // The sweep file's format; the YAML library of Swift's own tools.
    .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
    // SQLite; the database library of the Swift world.
    .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
  ],
  targets: [
    // Doors to C libraries: a module map and a shim header, no logic.
    .systemLibrary(name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
    .systemLibrary(name: "CMPI", pkgConfig: "ompi-c", providers: [.apt(["libopenmpi-dev"])]),
    .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CProcessor"),

    // What every module may use: errors that know the program's exit code; files and processes; SHA-256; JSON.
    module("Diagnostics"),
    module("POSIX", ["Diagnostics"]),
    module("Hashing", ["Diagnostics", "CCrypto"]),
    module("JSONReader", ["Diagnostics"]),

    // Science: knows no MPI and no database.
    module("Randomness"),
    module("LinearAlgebra", ["Diagnostics", "POSIX", "COpenBLAS"]),
    module("TensorFiles", ["Diagnostics", "POSIX", "JSONReader"]),
    module("Tokenization", ["Diagnostics", "POSIX", "JSONReader"]),
    module("BERT", ["Diagnostics", "POSIX", "JSONReader", "LinearAlgebra", "Randomness", "TensorFiles"]),
    module("GLUE", ["Diagnostics", "POSIX", "JSONReader", "Tokenization", "LinearAlgebra", "Randomness", "BERT"]),
    module(
      "FineTuning",
      ["Diagnostics", "POSIX", "GLUE", "Tokenization", "BERT", "LinearAlgebra", "Randomness", "TensorFiles"]),

    module("LossLandscape", ["Diagnostics", "FineTuning", "GLUE", "BERT", "LinearAlgebra", "Randomness"]),
    module("LearningDynamics", ["Diagnostics", "LinearAlgebra", "Randomness"]),

    // The grid.
    module("Sweep", ["Diagnostics", "Hashing", "LearningDynamics", .product(name: "Yams", package: "Yams")]),
    module(
      "Experiments",
      [
        "Diagnostics", "POSIX", "Sweep", "LossLandscape", "LearningDynamics", "FineTuning", "GLUE", "BERT",
        "Tokenization", "LinearAlgebra", "Randomness", "TensorFiles",
      ]),

    module("Ledger", ["Diagnostics", "POSIX", "Sweep", .product(name: "GRDB", package: "GRDB.swift")]),
    module(
      "Results",
      ["Diagnostics", "POSIX", "Sweep", "Ledger", "GLUE", "LossLandscape", "LearningDynamics", "TensorFiles"]),
    module("MPI", ["Diagnostics", "CMPI"]),
    module("Coordination", ["Diagnostics", "Sweep", "MPI"]),
    module("Progress"),

    // The command line: composition only.
    .executableTarget(
      name: "seedscape",
      dependencies: [
        "CProcessor", "Diagnostics", "POSIX", "Hashing", "LinearAlgebra", "TensorFiles", "Tokenization", "BERT", "GLUE",
        "FineTuning", "LossLandscape",
        "LearningDynamics", "Sweep", "Experiments", "Ledger", "Results", "MPI", "Coordination", "Progress",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: settings, linkerSettings: [.unsafeFlags(["-Xlinker", "--compress-debug-sections=zlib"])]),

    // Programs that check themselves under mpirun (tools/test).
    .executableTarget(name: "mpi-selftest", dependencies: ["MPI"], swiftSettings: settings),
    .executableTarget(
      name: "coordination-selftest", dependencies: ["Coordination", "Diagnostics", "FakeUnits", "MPI", "Sweep"],
      swiftSettings: settings),
    module("FakeUnits", ["Diagnostics", "Sweep"]),

    tests("Diagnostics"),
    tests("POSIX", ["Diagnostics"]),
    tests("Hashing"),
    tests("JSONReader"),
    tests("Randomness"),
    tests("LinearAlgebra", ["Randomness"]),
    tests("TensorFiles", fixtures: true),
    tests("Tokenization", ["JSONReader"], fixtures: true),
    tests("BERT", ["POSIX", "LinearAlgebra", "Randomness", "TensorFiles"], fixtures: true),
    tests("GLUE", ["BERT", "LinearAlgebra"], fixtures: true),
    tests("FineTuning", ["BERT", "GLUE", "LinearAlgebra", "TensorFiles", "Tokenization"]),
    tests(
      "LossLandscape", ["FineTuning", "GLUE", "BERT", "LinearAlgebra", "Randomness", "TensorFiles"], fixtures: true),
    tests("LearningDynamics", ["LinearAlgebra", "Randomness", "TensorFiles"], fixtures: true),
    tests("Sweep", ["LearningDynamics"]),
    tests("Experiments", ["BERT", "GLUE", "LearningDynamics", "Sweep", "TensorFiles"]),
    tests("Results", ["GLUE", "Ledger", "Sweep", "TensorFiles"]),
    tests("Ledger", ["Diagnostics", "POSIX", "Sweep", .product(name: "GRDB", package: "GRDB.swift")]),
    tests("MPI", ["Diagnostics"]),
    tests("Coordination", ["Diagnostics", "FakeUnits", "Sweep"]),
    tests("Progress"),
  ]
)

if fuzzes {
  package.targets.append(
    .executableTarget(
      name: "fuzz",
      dependencies: [
        "Diagnostics", "JSONReader", "TensorFiles", "Tokenization", "BERT", "GLUE", "FineTuning", "LearningDynamics",
        "Sweep", "Experiments", "Ledger", "Results", "Coordination", .product(name: "GRDB", package: "GRDB.swift"),
      ],
      swiftSettings: settings, linkerSettings: [.linkedLibrary("stdc++")]))
}
