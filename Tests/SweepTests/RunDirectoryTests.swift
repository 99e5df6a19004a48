import Foundation
import Sweep
import Testing

@Suite struct RunDirectoryTests {
  let run = RunDirectory(root: URL(filePath: "/runs/demo"))

  @Test func filesOfARun() {
    #expect(run.sweepFile.path == "/runs/demo/sweep.yaml")
    #expect(run.runFile.path == "/runs/demo/run.json")
    #expect(run.statusFile.path == "/runs/demo/status.json")
    #expect(run.leaseFile.path == "/runs/demo/lease")
    #expect(run.ledgerFile.path == "/runs/demo/ledger.sqlite")
    #expect(run.exports.path == "/runs/demo/exports")
    #expect(run.theta0(.scratch, seed: 3, reinitialised: 0).path == "/runs/demo/models/scratch-3")
    #expect(run.theta0(.pretrained, seed: 0, reinitialised: 2).path == "/runs/demo/models/pretrained-0-top-2")
  }

  /// Exactly what a run writes, and the temporary files of its writes.
  @Test func whatARunOwns() {
    let own = [
      "run.json", "cells", "models", "lease", "ledger.sqlite", "ledger.sqlite-journal", "ledger.sqlite-wal",
      ".run.json.1f.tmp", ".sweep.yaml.ffffffffffffffff.tmp", "status.json.tmp", "lease.12ab.tmp", ".report.html.tmp",
      ".12ab.tmp",
    ]
    for name in own { #expect(RunDirectory.owns(name), "\(name)") }
    let foreign = [
      "notes.txt", "run", "cellsX", "models-old", "models.bak", "cells.tmp", "results-2024", "sweep.yaml.orig",
      "run.json~",
      "ledger.sqlite-old", "ledger.sqlite.bak", ".run.json.1f", ".run.json.xyz.tmp", "run.json.1F.tmp",
      ".run.json.fffffffffffffffff.tmp", "run.json..tmp", ".tmp", "12ab.tmp", ".xyz.tmp", "notes.12ab.tmp", "tmp", "",
      ".", "report.html.gz", "figures-old", "Cells",
    ]
    for name in foreign { #expect(!RunDirectory.owns(name), "\(name)") }
  }

  /// The longest names of tasks and variants, on planes of two models and layer groups.
  @Test func everyFileNameFits() throws {
    let long = (0..<4).map { String(repeating: "n", count: 63) + "\($0)" }
    let tasks = long[..<2].map { "{name: \($0), train: \($0).csv, dev: d.csv, columns: {text: a, label: b}}" }
    let group = (0..<2).map { "layer \($0)" }.joined(separator: "+") + String(repeating: "+embeddings", count: 20)
    let yaml = """
      model: m
      tasks: [\(tasks.joined(separator: ", "))]
      seeds: {head: [2147483646], order: [2147483647]}
      variants: [{name: \(long[2]), recipe: {epochs: 2}}]
      surfaces: [{task: \(long[0]), other: \(long[1]), variant: \(long[2]), groups: [all, "\(group)", "\(group)+layer 0"], alpha: [0, 1, 2], beta: [0, 1, 2]}]
      probes: [{name: \(long[3]), task: \(long[0])}]
      consistency: {between: [tasks], probes: [\(long[3])]}
      """
    let plan = try Examples.plan(yaml, Examples.inputs(names: Array(long[..<2])))
    var names = plan.units.map { RunDirectory.payloadPath(of: $0).split(separator: "/")[1] }
    for (number, surface) in plan.surfaces.enumerated() {
      names.append(Substring(run.export(of: surface, number: number + 1, format: "npz").lastPathComponent))
      names.append(Substring(run.direction(2, of: surface.surface, axes: surface.axes).lastPathComponent))
    }
    // Before and after it are written: .NAME.0123456789abcdef.tmp.
    for name in names { #expect(name.utf8.count + 22 <= 255, "\(name)") }
    // What is cut keeps a hash of the whole.
    let exports = names.filter { $0.hasPrefix("surface-") }.map { $0.dropFirst("surface-1-".count) }
    #expect(Set(exports).count == 3 && exports.allSatisfy { $0.utf8.count <= 184 })
    #expect(Set(names.map { $0.lowercased() }).count == names.count)
  }

  @Test func aPathThatIsTooLongIsSaidToBe() {
    let deep = RunDirectory(root: URL(filePath: "/" + String(repeating: "d/", count: 2000)))
    let error = #expect(throws: SweepError.self) { try deep.checkLength() }
    #expect(error?.description.contains("expected a path of at most 3072") == true)
    #expect(throws: Never.self) { try run.checkLength() }
  }

  @Test func filesOfACell() {
    let cell = Cell(
      id: Identity(hex: String(repeating: "0123456789abcdef", count: 4)), task: "SST-2", headSeed: 0, orderSeed: 0)
    let folder = run.folder(of: cell)
    #expect(folder.root.path == "/runs/demo/cells/SST-2-s0-01234567")
    #expect(folder.final.path == folder.root.path + "/final")
    #expect(folder.resume.path == folder.root.path + "/resume")
    #expect(folder.snapshots.path == folder.root.path + "/snapshots")
  }

  @Test func payloadsHaveNamesOfTheirOwn() throws {
    let plan = try Examples.plan(Examples.small)
    let paths = plan.units.map(RunDirectory.payloadPath)
    #expect(Set(paths).count == paths.count)
    for (unit, path) in zip(plan.units, paths) {
      #expect(path.hasPrefix(unit.kind == .probe ? "activations/" : "results/"))
      #expect(path.hasSuffix("-\(unit.id.short).safetensors"))
      #expect(path.allSatisfy { $0.isLetter || $0.isNumber || "-._/".contains($0) }, "\(path)")
    }
    let similarity = try #require(plan.units.first { $0.kind == .similarity })
    #expect(RunDirectory.payloadPath(of: similarity).hasPrefix("results/SST-2-seeds-on-mrpc-dev-similarity-"))
  }
}
