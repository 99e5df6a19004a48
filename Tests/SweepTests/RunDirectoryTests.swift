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
    #expect(["run.json", "ledger.sqlite-journal", ".run.json.1f.tmp", "cells"].allSatisfy(RunDirectory.owns))
    #expect(!["notes.txt", "run", "cellsX"].contains(where: RunDirectory.owns))
  }

  @Test func filesOfACell() {
    let cell = Cell(task: "SST-2", headSeed: 0, orderSeed: 0)
    let folder = run.cell(cell, Identity(hex: "0123456789abcdef"))
    #expect(folder.root.path == "/runs/demo/cells/SST-2-s0-01234567")
    #expect(folder.final.path == folder.root.path + "/final")
    #expect(folder.resume.path == folder.root.path + "/resume")
    #expect(folder.snapshots.path == folder.root.path + "/snapshots")
  }

  @Test func payloadsHaveNamesOfTheirOwn() throws {
    let plan = try Examples.plan(Examples.small)
    let paths = plan.units.map(run.payloadPath)
    #expect(Set(paths).count == paths.count)
    for (unit, path) in zip(plan.units, paths) {
      #expect(path.hasPrefix(unit.work.kind == .probe ? "activations/" : "results/"))
      #expect(path.hasSuffix("-\(unit.id.short).safetensors"))
      #expect(path.allSatisfy { $0.isLetter || $0.isNumber || "-._/".contains($0) }, "\(path)")
    }
    let similarity = try #require(plan.units.first { $0.work.kind == .similarity })
    #expect(run.payloadPath(of: similarity).hasPrefix("results/SST-2-seeds-on-mrpc-dev-similarity-"))
  }
}
