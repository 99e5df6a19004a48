public import ArgumentParser
import BERT
import Coordination
import Diagnostics
import Experiments
import FineTuning
import Foundation
import LinearAlgebra
import MPI
public import Sweep

struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measures the engine's speed against this machine's own limit for matrix products.",
    discussion: """
      Fine-tunes, and evaluates landscape points, on real rows of a task; under mpirun every rank does so at the same \
      time and rates are added. Rates are medians over rounds through the rows, with the lowest and highest. \
      Utilisation is the share of the limit at which the operations of matrix products were executed. A model directory \
      without weights is measured with random ones. Three models are written to the temporary folder (TMPDIR) while it \
      runs. What was measured, and what it means: Sources/seedscape/Documentation.docc/Performance.md.

      Example: mpirun -n 2 seedscape bench --model models/minilm --task SST-2 --data glue
      """)

  @OptionGroup(title: "Model") var model: ModelOptions
  @OptionGroup(title: "Task") var task: TaskOptions

  @Option(help: .init("Numbers that matrix products are computed in.", valueName: "type"))
  var precision = Precision.fp32

  @Option(help: .init("Training rows to work on, drawn at random, 1 to 1000000000.", valueName: "n"))
  var examples = 256

  @Option(help: .init("Examples of a batch, 1 to 65536.", valueName: "n"))
  var batch = 32

  @Option(help: .init("Examples of a forward and backward pass. (default: --batch)", valueName: "n"))
  var microBatch: Int?

  @Flag(help: "Compute layers again in backward passes in place of keeping their activations.")
  var recompute = false

  @Option(help: .init("Tokens of an example at most, special tokens included.", valueName: "n"))
  var maxLength = 128

  @Option(
    help: .init(
      "Optimiser steps to measure, 1 to 1000000, rounded up to whole rounds through the rows.", valueName: "n"))
  var steps = 24

  @Option(help: .init("Landscape points to measure, 1 to 1000000.", valueName: "n"))
  var points = 5

  @Flag(help: "Print one JSON object; the units are in the names.")
  var json = false

  func validate() throws {
    let counts = [
      ("--examples", examples, 1_000_000_000), ("--batch", batch, 65_536), ("--micro-batch", microBatch ?? 1, 65_536),
      ("--max-length", maxLength, 1_000_000_000), ("--steps", steps, 1_000_000), ("--points", points, 1_000_000),
    ]
    for (name, value, most) in counts where !(1...most).contains(value) {
      throw ValidationError("\(name) is \(value), expected 1 to \(most)")
    }
  }

  /// How fine-tuning is done.
  var settings: TrainingSettings {
    var settings = TrainingSettings()
    settings.batchSize = batch
    settings.microBatchSize = min(microBatch ?? batch, batch)
    settings.recomputesLayers = recompute
    return settings
  }

  func run() throws {
    // Reads before MPI starts: what is wrong with the input is told once, and waits for nobody.
    let benchmark = try RankBenchmark(self)
    let world = try World()
    do {
      let report = try run(benchmark, world.communicator, try RankAgreement(world))
      if let report { try standardOutput(json ? jsonLine(report) : report.text) }
    } catch let error as Disagreement {
      // All ranks have come to it; one of them tells.
      if world.rank == 0 { standardError("seedscape: \(error)") }
      try world.finalize()
      throw ExitCode(error.exitStatus.rawValue)
    } catch {
      // The other ranks may be waiting for this one.
      if world.size > 1 {
        World.abort(
          code: ExitStatus(error).rawValue, because: "seedscape: rank \(world.rank): \(ExitStatus.message(error))")
      }
      throw error
    }
    try world.finalize()
  }

  /// The report at rank 0, nil elsewhere.
  private func run(
    _ benchmark: RankBenchmark, _ ranks: Communicator, _ agreement: RankAgreement
  ) throws -> BenchReport? {
    _ = try agreement.hashes { try model.inputFiles() + task.inputFiles() }
    let places = agreement.places
    if ranks.rank == 0 {
      for warning in places.warnings(threads: model.threads) { standardError("seedscape: \(warning)") }
    }
    let node = try ranks.splitByNode()
    let models = try benchmark.models(
      isWriter: node.rank == 0,
      share: { text in
        var bytes = Array(text.utf8)
        try node.broadcast(&bytes, from: 0)
        return String(decoding: bytes, as: UTF8.self)
      }, wait: { try node.barrier() })
    try node.free()
    // Each phase begins together, so that all ranks feel each other.
    func together<Result>(_ phase: () throws -> Result) throws -> Result {
      try ranks.barrier()
      return try phase()
    }
    // Shared pages count by the share: all ranks read while all hold theirs.
    func pss() throws -> Double? {
      try ranks.barrier()
      let held = Memory.pss()
      try ranks.barrier()
      return held
    }
    let alone = ranks.size > 1 && ranks.rank == 0 ? try benchmark.alone(models) : nil
    let rate = try together(benchmark.productRate)
    let finetune = try together { try benchmark.fineTuning(models, pss: pss) }
    let landscape = try together { try benchmark.landscape(models, points: points, pss: pss) }
    let result = RankResult(
      reading: benchmark.reading, alone: alone,
      // The machine may have been slower at one moment than at another.
      gemm: max(rate, try together(benchmark.productRate)), finetune: finetune, landscape: landscape,
      similarity: try together(benchmark.similarity), peakRSS: Memory.peakRSS())
    try ranks.barrier()
    let encoded = [UInt8](try JSONEncoder().encode(result))
    guard let gathered = try ranks.gather(encoded, to: 0) else { return nil }
    return BenchReport(
      try gathered.map { try JSONDecoder().decode(RankResult.self, from: Data($0)) }, places: places,
      threads: model.threads, precision: precision)
  }
}

extension Precision: ExpressibleByArgument {}
