import BERT
import Foundation
import LinearAlgebra
import Sweep

/// All that one rank measured.
struct RankResult: Codable {
  var reading: RankBenchmark.Reading
  var alone: RankBenchmark.Alone?
  /// Operations/s.
  var gemm = 0.0
  var finetune = RankBenchmark.Passes(seconds: [], tokens: 0, examples: 0, operations: 0, kinds: [:])
  var landscape = RankBenchmark.Passes(seconds: [], tokens: 0, examples: 0, operations: 0, kinds: [:])
  var finetunePss = 0.0
  var landscapePss = 0.0
  var peakRSS = 0.0
  var dynamics = RankBenchmark.Dynamics(rows: 0, basisSeconds: 0, distanceSeconds: 0)

  init(_ benchmark: RankBenchmark) { reading = benchmark.reading }
}

/// What all ranks together did. Keys of the JSON are the names here in snake case.
struct BenchReport: Encodable {
  let ranks: Int
  let threads: Int
  let precision: Precision
  let blas: String
  let processor: String
  let gemm: Gemm
  let finetune: Work
  let landscape: Work
  let scaling: Scaling?
  let memory: Footprint
  let tokenizer: Tokenizer
  let svcca: Similarity

  /// The limit of matrix products.
  struct Gemm: Encodable {
    /// All ranks together, 10^9 operations/s.
    var gflops: Double
    /// The same for each of them, on average.
    var gflopsPerRank: Double
  }

  /// Fine-tuning, or landscape points; rates are added over ranks, and each a median over passes.
  struct Work: Encodable {
    var tokensPerS: Double
    var tokensPerSLowest: Double
    var tokensPerSHighest: Double
    var examplesPerS: Double
    /// Operations of matrix products executed, over time x limit; 0 ... 1.
    var utilisation: Double
    var operationsPerToken: Double
    /// The share of time by kind of work.
    var timeShares: [String: Double]
  }

  /// Rates of all ranks over ranks x the rate of one that runs alone.
  struct Scaling: Encodable {
    var gemm: Double
    var landscape: Double
    var landscapeOverGemm: Double
  }

  /// Summed over ranks, MiB.
  struct Footprint: Encodable {
    var finetunePssMib: Double
    var landscapePssMib: Double
    var peakRssMib: Double
  }

  /// Reading and tokenising the training file, one thread.
  struct Tokenizer: Encodable {
    var rowsPerS: Double
    var tokensPerS: Double
    var readingRowsPerS: Double
  }

  /// The decomposition of `rows` features of one layer, and a distance between two that are decomposed.
  struct Similarity: Encodable {
    var rows: Double
    var basisS: Double
    var distanceS: Double
  }

  init(_ results: [RankResult], threads: Int, precision: Precision) {
    ranks = results.count
    self.threads = threads
    self.precision = precision
    blas = BLAS.coreName
    processor = Processor.name
    let limit = results.reduce(0) { $0 + $1.gemm }
    gemm = Gemm(gflops: limit / 1e9, gflopsPerRank: limit / 1e9 / Double(results.count))
    finetune = Self.work(results, \.finetune)
    landscape = Self.work(results, \.landscape)
    scaling = results.first?.alone.map { [landscape] alone in
      let count = Double(results.count)
      let (gemm, points) = (limit / count / alone.gemm, landscape.tokensPerS / count / alone.tokensPerSecond)
      return Scaling(gemm: gemm, landscape: points, landscapeOverGemm: points / gemm)
    }
    memory = Footprint(
      finetunePssMib: results.reduce(0) { $0 + $1.finetunePss },
      landscapePssMib: results.reduce(0) { $0 + $1.landscapePss }, peakRssMib: results.reduce(0) { $0 + $1.peakRSS })
    tokenizer = Tokenizer(
      rowsPerS: results.map { $0.reading.rows / $0.reading.tokenizeSeconds }.median,
      tokensPerS: results.map { $0.reading.tokens / $0.reading.tokenizeSeconds }.median,
      readingRowsPerS: results.map { $0.reading.rows / $0.reading.readSeconds }.median)
    svcca = Similarity(
      rows: results[0].dynamics.rows, basisS: results.map(\.dynamics.basisSeconds).median,
      distanceS: results.map(\.dynamics.distanceSeconds).median)
  }

  private static func work(_ results: [RankResult], _ path: KeyPath<RankResult, RankBenchmark.Passes>) -> Work {
    let passes = results.map { $0[keyPath: path] }
    let seconds = passes.reduce(0) { $0 + $1.kinds.values.reduce(0, +) }
    var shares: [String: Double] = [:]
    for (kind, time) in passes.flatMap(\.kinds) { shares[kind, default: 0] += time / seconds }
    return Work(
      tokensPerS: passes.reduce(0) { $0 + $1.tokensPerSecond.median },
      tokensPerSLowest: passes.reduce(0) { $0 + ($1.tokensPerSecond.first ?? .nan) },
      tokensPerSHighest: passes.reduce(0) { $0 + ($1.tokensPerSecond.last ?? .nan) },
      examplesPerS: passes.reduce(0) { $0 + $1.examples / $1.seconds.median },
      utilisation: zip(passes, results).reduce(0) { $0 + $1.0.operations / $1.0.seconds.median / $1.1.gemm }
        / Double(results.count),
      operationsPerToken: passes[0].operations / passes[0].tokens, timeShares: shares)
  }

  /// One JSON object.
  func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }

  /// For people.
  var text: String {
    func number(_ value: Double, _ digits: Int = 0) -> String { String(format: "%.\(digits)f", value) }
    func line(_ name: String, _ work: Work) -> [String] {
      let shares = work.timeShares.sorted { $0.value > $1.value }
        .map { "\($0.key) \(number(100 * $0.value, 1)) %" }
      return [
        "\(name): \(number(work.tokensPerS)) tokens/s (\(number(work.tokensPerSLowest)) to "
          + "\(number(work.tokensPerSHighest))), \(number(work.examplesPerS, 1)) examples/s, utilisation "
          + "\(number(work.utilisation, 3)) at \(number(work.operationsPerToken / 1e6, 1)) Mflop a token",
        "  time: \(shares.joined(separator: ", "))",
      ]
    }
    var lines = [
      "\(ranks) \(ranks == 1 ? "rank" : "ranks") x \(threads) \(threads == 1 ? "thread" : "threads"), "
        + "\(precision.rawValue), OpenBLAS \(blas), \(processor)",
      "limit of matrix products: \(number(gemm.gflops, 1)) Gflop/s, \(number(gemm.gflopsPerRank, 1)) a rank",
    ]
    lines += line("fine-tuning", finetune) + line("landscape points", landscape)
    if let scaling {
      lines.append(
        "scaling from 1 rank to \(ranks): matrix products \(number(scaling.gemm, 3)), points "
          + "\(number(scaling.landscape, 3)), points over products \(number(scaling.landscapeOverGemm, 3))")
    }
    lines += [
      "memory (Pss, all ranks): fine-tuning \(number(memory.finetunePssMib)) MiB, points "
        + "\(number(memory.landscapePssMib)) MiB",
      "tokenizer: \(number(tokenizer.rowsPerS)) rows/s, \(number(tokenizer.tokensPerS)) tokens/s; reading: "
        + "\(number(tokenizer.readingRowsPerS)) rows/s",
      "SVCCA: \(number(svcca.basisS, 3)) s to decompose \(number(svcca.rows)) rows, \(number(svcca.distanceS, 3)) s a distance",
    ]
    return lines.joined(separator: "\n")
  }
}
