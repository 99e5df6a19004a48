import Foundation
import Sweep
import Testing

/// What must be done again because files are gone.
@Suite struct PlanRecordsTests {
  private let run = RunDirectory(root: URL(filePath: "/run"))

  /// The names of the lost units when these are not done and files that match are gone.
  private func lost(_ yaml: String, open: (WorkUnit) -> Bool, finished: Set<String> = [], gone: [String]) throws
    -> [String]
  {
    let plan = try Examples.plan(yaml)
    let done = plan.units.filter { !open($0) && !finished.contains($0.name) }
    return plan.lost(
      in: run, done: Set(done.map(\.id)),
      finished: Set(plan.units.filter { finished.contains($0.name) }.map(\.id)),
      snapshot: { $0.snapshots.appending(path: "step-\($1)") },
      isThere: { file in !gone.contains { file.path.contains($0) } }
    ).map(\.name)
  }

  @Test func whatNobodyNeedsMayGo() throws {
    #expect(try lost(Examples.small, open: { _ in false }, gone: ["/"]).isEmpty)
    #expect(try lost(Examples.small, open: { $0.kind == .point }, gone: ["activations/"]).isEmpty)
  }

  @Test func aPurgedCellIsDoneAgainForThoseThatNeedIt() throws {
    let gone = ["cells/MRPC-s0-", "cells/SST-2-s0-"]
    #expect(try lost(Examples.small, open: { $0.name.hasSuffix("theta1") }, gone: gone) == ["MRPC-s0"])
    #expect(try lost(Examples.small, open: { $0.name.hasSuffix("theta2") }, gone: gone) == ["MRPC-s0", "SST-2-s0"])
    // What failed for good needs nothing.
    #expect(
      try lost(
        Examples.small, open: { _ in false }, finished: ["MRPC-s0 x SST-2-s0 theta1"], gone: gone
      ).isEmpty)
  }

  @Test func whatIsDoneAgainNeedsItsOwnFiles() throws {
    // The features went when they were compared, and so did a model.
    #expect(
      try lost(
        Examples.small, open: { $0.name == "MRPC seeds on mrpc-dev similarity" },
        gone: ["activations/MRPC-s1", "cells/MRPC-s1-", "cells/MRPC-s0-"]) == ["MRPC-s1", "MRPC-s1 on mrpc-dev"])
  }

  @Test func snapshotsAndDirectionsCountToo() throws {
    let yaml = """
      model: models/tiny
      tasks: [MRPC]
      seeds: {count: 1}
      recipe: {epochs: 2, batch: 4, snapshots: {every: 5 steps}}
      trajectories: [{tasks: [MRPC]}]
      surfaces: [{task: MRPC, along: random, alpha: [-1, 1, 3], beta: [-1, 1, 3]}]
      """
    let snapshot = ["snapshots/step-5"]
    #expect(try lost(yaml, open: { $0.kind == .trajectory }, gone: snapshot) == ["MRPC-s0"])
    #expect(try lost(yaml, open: { $0.name.hasSuffix("step 5") }, gone: snapshot) == ["MRPC-s0"])
    #expect(try lost(yaml, open: { $0.name.hasSuffix("step 10") }, gone: snapshot).isEmpty)
    let isGrid: (WorkUnit) -> Bool = { unit in
      if case .point(let work) = unit.work, case .grid = work.point { true } else { false }
    }
    let axes = try lost(yaml, open: isGrid, gone: ["directions/"])
    #expect(axes.count == 1 && axes[0].hasSuffix("axes"))
    #expect(try lost(yaml, open: isGrid, gone: ["directions/", "cells/"]).count == 2)
  }

  @Test func theFoldersThatArePrepared() throws {
    let names = run.folders(for: try Examples.plan(Examples.small)).map(\.lastPathComponent)
    #expect(names == ["models", "cells", "results", "activations"])
  }
}
