public import ArgumentParser
import BERT
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
      time and rates are added. Rates are medians over passes through the rows, with the lowest and highest pass. \
      Utilisation is the share of the limit at which the operations of matrix products were executed. A model directory \
      without weights is measured with random ones. Documentation: Performance.
      """)

  @OptionGroup var model: ModelOptions
  @OptionGroup var task: TaskOptions

  @Option(help: "Numbers that matrix products are computed in: fp32.")
  var precision = Precision.fp32

  @Option(help: "Training rows to work on, drawn at random.")
  var examples = 256

  @Option(help: "Examples of a batch.")
  var batch = 32

  @Option(help: "Examples of a forward and backward pass. (default: --batch)")
  var microBatch: Int?

  @Flag(help: "Compute layers again in backward passes in place of keeping their activations.")
  var recompute = false

  @Option(help: "Tokens of an example at most.")
  var maxLength = 128

  @Option(help: "Optimiser steps to measure; whole passes through the rows.")
  var steps = 24

  @Option(help: "Landscape points to measure.")
  var points = 5

  @Flag(help: "Print one JSON object.")
  var json = false

  func validate() throws {
    let counts = [
      ("--examples", examples), ("--batch", batch), ("--micro-batch", microBatch ?? 1), ("--steps", steps),
      ("--points", points),
    ]
    for (name, value) in counts where value < 1 {
      throw ValidationError("\(name) is \(value), expected at least 1")
    }
  }

  func run() throws {
    let world = try World()
    do {
      let report = try measure(world.communicator, host: world.host)
      if let report { try standardOutput(json ? report.json() : report.text) }
    } catch {
      // The other ranks may be waiting for this one.
      if world.size > 1 {
        World.abort(
          code: ExitStatus.code(error), because: "seedscape: rank \(world.rank): \(ExitStatus.message(error))")
      }
      throw error
    }
    try world.finalize()
  }

  /// The report at rank 0, nil elsewhere.
  private func measure(_ ranks: Communicator, host: String) throws -> BenchReport? {
    let node = try ranks.splitByNode()
    let benchmark = try RankBenchmark(self, leadsNode: node.rank == 0) { try node.barrier() }
    var result = RankResult(benchmark)
    // Each phase begins together, so that all ranks feel each other.
    func together<Result>(_ phase: () throws -> Result) throws -> Result {
      try ranks.barrier()
      return try phase()
    }
    if ranks.size > 1 {
      if ranks.rank == 0 { result.alone = try benchmark.alone() }
      try ranks.barrier()
    }
    let before = try together(benchmark.matrixProducts)
    result.finetune = try together(benchmark.fineTuning)
    result.finetunePss = try together(Memory.pss)
    benchmark.freeFineTuning()
    result.landscape = try together { try benchmark.landscape(points: points) }
    result.landscapePss = try together(Memory.pss)
    result.peakRSS = try Memory.peakRSS()
    // The machine may have been slower at one moment than at another.
    result.gemm = max(before, try together(benchmark.matrixProducts))
    result.dynamics = try together(benchmark.dynamics)
    try ranks.barrier()
    if node.rank == 0 { try benchmark.removeDirections() }
    try node.free()
    let encoded = [UInt8](try JSONEncoder().encode(result))
    guard let gathered = try ranks.gather(encoded, to: 0) else { return nil }
    return BenchReport(
      try gathered.map { try JSONDecoder().decode(RankResult.self, from: Data($0)) }, threads: model.threads,
      precision: precision)
  }
}

extension Precision: ExpressibleByArgument {}
