import Coordination
import Diagnostics
import Foundation
import Ledger
import Results
import Sweep
import TensorFiles

/// The files of a run directory, and the messages of a run.
let runTargets = [
  Target(name: "run-record") { scratch in
    let run = try scratch.run()
    let sweep = try run.sweep()
    try run.writeRecord(of: sweep)
    let seed = Array(try Data(contentsOf: run.runFile))
    return Reader(seeds: [seed]) { input in
      scratch.write(input, to: "run/run.json")
      guard let record = try RunRecord.read(from: run) else { return }
      _ = try Plan(sweep: sweep, inputs: record.inputs)
    }
  },

  Target(name: "status") { scratch in
    let run = try scratch.run()
    let counts = RunStatus.Counts(done: 3, failed: 1, blocked: 1, running: 1, waiting: 4)
    let status = RunStatus(
      sweep: "a", state: .running, time: Date(timeIntervalSince1970: 1_700_000_000), counts: counts, share: 0.4,
      phases: [.init(phase: .points, counts: counts, share: 0.4, unitsPerSecond: 2, secondsLeft: nil)],
      running: [.init(unit: "SST-2-s0", rank: 1, since: Date(timeIntervalSince1970: 1_700_000_001))], elapsed: 9,
      operationsPerSecond: 1e9, secondsLeft: 5)
    return Reader(seeds: [Array(try status.json()), Array(try status.json(pretty: true))]) { input in
      scratch.write(input, to: "run/status.json")
      guard let status = try StatusFile(of: run).read() else { return }
      _ = try status.json()
    }
  },

  Target(name: "lease") { scratch in
    let run = try scratch.run()
    let lease = try Lease.acquire(in: run, job: "12")
    let seed = Array(try Data(contentsOf: run.leaseFile))
    try lease.release()
    return Reader(seeds: [seed]) { input in
      scratch.write(input, to: "run/lease")
      _ = try Lease.holder(of: run)
      try Lease.acquire(in: run).release()
    }
  },

  Target(name: "message") { _ in
    let sweep = try SweepFile(yaml: smallSweep, path: "small.yaml")
    let units = try Plan(sweep: sweep, inputs: facts(for: sweep)).units
    let outcome = Outcome(
      unit: units[0].id, status: .failed("why"), measurements: ["a": .nan, "b": 1], payload: [1], seconds: 2)
    let fromWorkers: [WorkerMessage] = [
      .ask, .outcome(outcome), .progress(units[0].id, fraction: 0.5), .signalled(10),
      .fatal(CoordinationError.endedByRank(1, message: "why", exitStatus: .inputOutput)),
    ]
    let others = units.map { CoordinatorMessage.work([$0], [$0.id: ["loss": 0.5]]) } + [.stop]
    return Reader(seeds: try fromWorkers.map { try $0.encoded() } + others.map { try $0.encoded() }) { input in
      attempt(isOwn: true) { _ = try WorkerMessage(json: input, from: 1) { [1, 2] }.encoded() }
      attempt(isOwn: true) { _ = try CoordinatorMessage(json: input, from: 0).encoded() }
    }
  },
]

extension Scratch {
  /// An empty run directory.
  func run() throws -> RunDirectory { RunDirectory(root: try folder("run")) }
}

extension RunDirectory {
  /// Writes the sweep file of ``smallSweep`` and reads it.
  func sweep() throws -> SweepFile {
    try Data(smallSweep.utf8).write(to: sweepFile)
    return try SweepFile(yaml: smallSweep, path: sweepFile.path)
  }

  /// Writes the record that the plan of a sweep is made from.
  func writeRecord(of sweep: SweepFile) throws {
    try RunRecord(
      inputs: facts(for: sweep), program: "fuzz", mpi: "", blas: "", processor: "", hosts: ["a"],
      machines: [
        .init(host: "a", ranks: [0], processor: "", program: "fuzz", build: "", blas: "", kernels: "none")
      ],
      model: "m", data: "d", name: sweep.name, classes: [:], notices: ["a note"]
    ).write(to: self)
  }
}

/// A sweep with a little of every kind of work.
let smallSweep = """
  name: small
  model: m
  data: d
  tasks: [MRPC, SST-2]
  seeds: {count: 2}
  recipe: {epochs: 2, snapshots: {every: 1 epochs}}
  curves: [{tasks: [MRPC], alpha: [-1, 2, 4]}]
  surfaces: [{task: MRPC, other: SST-2, alpha: [-1, 1, 3], beta: [-1, 1, 2]}]
  trajectories: [{tasks: [MRPC], other: SST-2}]
  rollback: {tasks: [MRPC], groups: [embeddings]}
  curvature: [{tasks: [MRPC], seeds: [0], steps: 2, probes: 1}]
  probes: [{name: p, task: MRPC, examples: 4}, {name: q, task: SST-2, examples: 4}]
  consistency: {between: [seeds, tasks], measures: [attention_js, svcca]}
  """
