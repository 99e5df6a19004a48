import BERT
import Foundation
import LinearAlgebra
import Sweep

/// All that one rank measured.
struct RankResult: Codable {
  let reading: RankBenchmark.Reading
  let alone: RankBenchmark.Alone?
  /// Operations/s.
  let gemm: Double
  let finetune: RankBenchmark.Rounds
  let landscape: RankBenchmark.Rounds
  let similarity: RankBenchmark.Similarity
  let peakRSS: Double?
}

/// What all ranks together did. Keys of the JSON are the names here in snake case.
struct BenchReport: Encodable {
  let ranks: Int
  let threads: Int
  let precision: Precision
  let blas: String
  let processor: String
  /// The hosts of the ranks, and which cores they may use.
  let places: String
  let gemm: Gemm
  let finetune: Throughput
  let landscape: Throughput
  /// Nil, and null in the JSON, for one rank.
  @NullWhenMissing private(set) var scaling: Scaling?
  let memory: MemoryInUse
  let tokenizer: Tokenizer
  let svcca: Similarity

  /// The limit of matrix products.
  struct Gemm: Encodable {
    /// All ranks together, 10^9 operations/s.
    var gflops: Double
    /// The same for each of them, on average.
    var gflopsPerRank: Double
  }

  /// Fine-tuning, or landscape points; rates are added over ranks, and each a median over rounds.
  struct Throughput: Encodable {
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

  /// Summed over ranks, MiB; null where the system does not tell.
  struct MemoryInUse: Encodable {
    @NullWhenMissing var finetunePssMib: Double?
    @NullWhenMissing var landscapePssMib: Double?
    @NullWhenMissing var peakRssMib: Double?
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

  init(_ results: [RankResult], places: [RankPlace], threads: Int, precision: Precision) {
    ranks = results.count
    self.threads = threads
    self.precision = precision
    blas = BLAS.coreName
    processor = Processor.name
    self.places = places.summary
    let limit = results.reduce(0) { $0 + $1.gemm }
    gemm = Gemm(gflops: limit / 1e9, gflopsPerRank: limit / 1e9 / Double(results.count))
    finetune = Self.work(results, \.finetune)
    landscape = Self.work(results, \.landscape)
    _scaling = NullWhenMissing(
      wrappedValue: results.first?.alone.map { [landscape] alone in
        let count = Double(results.count)
        let (gemm, points) = (limit / count / alone.gemm, landscape.tokensPerS / count / alone.tokensPerSecond)
        return Scaling(gemm: gemm, landscape: points, landscapeOverGemm: points / gemm)
      })
    memory = MemoryInUse(
      finetunePssMib: Self.sum(results.map(\.finetune.pss)), landscapePssMib: Self.sum(results.map(\.landscape.pss)),
      peakRssMib: Self.sum(results.map(\.peakRSS)))
    tokenizer = Tokenizer(
      rowsPerS: results.map { $0.reading.encodedRows / $0.reading.encodeSeconds }.median,
      tokensPerS: results.map { $0.reading.tokens / $0.reading.encodeSeconds }.median,
      readingRowsPerS: results.map { $0.reading.rows / $0.reading.readSeconds }.median)
    svcca = Similarity(
      rows: results[0].similarity.rows, basisS: results.map(\.similarity.basisSeconds).median,
      distanceS: results.map(\.similarity.distanceSeconds).median)
  }

  private static func work(_ results: [RankResult], _ path: KeyPath<RankResult, RankBenchmark.Rounds>) -> Throughput {
    let rounds = results.map { $0[keyPath: path] }
    let seconds = rounds.reduce(0) { $0 + $1.kinds.values.reduce(0, +) }
    var shares: [String: Double] = [:]
    for (kind, time) in rounds.flatMap(\.kinds) { shares[kind, default: 0] += time / seconds }
    return Throughput(
      tokensPerS: rounds.reduce(0) { $0 + $1.tokensPerSecond.median },
      tokensPerSLowest: rounds.reduce(0) { $0 + ($1.tokensPerSecond.first ?? .nan) },
      tokensPerSHighest: rounds.reduce(0) { $0 + ($1.tokensPerSecond.last ?? .nan) },
      examplesPerS: rounds.reduce(0) { $0 + $1.examples / $1.seconds.median },
      utilisation: zip(rounds, results).reduce(0) { $0 + $1.0.operations / $1.0.seconds.median / $1.1.gemm }
        / Double(results.count),
      operationsPerToken: rounds[0].operations / rounds[0].tokens, timeShares: shares)
  }

  /// Nil when one is missing.
  private static func sum(_ values: [Double?]) -> Double? {
    let known = values.compactMap(\.self)
    return known.count == values.count ? known.reduce(0, +) : nil
  }

  /// For people.
  var text: String {
    func number(_ value: Double, _ digits: Int = 0) -> String { String(format: "%.\(digits)f", value) }
    func line(_ name: String, _ work: Throughput) -> [String] {
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
        + "\(precision.rawValue), OpenBLAS \(blas), \(processor); ranks: \(places)",
      "limit of matrix products: \(number(gemm.gflops, 1)) Gflop/s, \(number(gemm.gflopsPerRank, 1)) a rank",
    ]
    lines += line("fine-tuning", finetune) + line("landscape points", landscape)
    if let scaling {
      lines.append(
        "scaling from 1 rank to \(ranks): matrix products \(number(scaling.gemm, 3)), points "
          + "\(number(scaling.landscape, 3)), points over products \(number(scaling.landscapeOverGemm, 3))")
    }
    lines += [
      "memory (Pss, all ranks): fine-tuning \(memory.finetunePssMib.map { number($0) } ?? "unknown") MiB, points "
        + "\(memory.landscapePssMib.map { number($0) } ?? "unknown") MiB",
      "tokenizer: \(number(tokenizer.rowsPerS)) rows/s, \(number(tokenizer.tokensPerS)) tokens/s; reading: "
        + "\(number(tokenizer.readingRowsPerS)) rows/s",
      "SVCCA: \(number(svcca.basisS, 3)) s to decompose \(number(svcca.rows)) rows, \(number(svcca.distanceS, 3)) s a distance",
    ]
    return lines.joined(separator: "\n")
  }
}
