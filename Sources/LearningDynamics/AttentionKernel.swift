internal import Glibc
package import LinearAlgebra

/// Jensen-Shannon divergences between the attention of several models, for one sequence and layer. [METHODS 5]
///
/// JSD = KL(p | m)/2 + KL(q | m)/2 with m = (p + q)/2 is computed as H(m) - (H(p) + H(q))/2. The entropy H of a model's
/// row is used for all of its pairs, so a pair costs one logarithm per key. The difference of entropies has an absolute
/// error of about 1e-15, whatever its size. Equal rows give exactly 0, because all three entropies are then sums of the
/// same numbers.
package struct AttentionKernel: Sendable {
  private let comparison: AttentionComparison
  /// L: the number of queries and of keys in the sequence.
  private let length: Int
  private let stride: Int

  /// - Parameters:
  ///   - length: L >= 1.
  ///   - stride: numbers from row to row, >= L.
  package init(_ comparison: AttentionComparison, length: Int, stride: Int) {
    precondition(length > 0 && stride >= length, "a sequence has tokens, and its rows have room for them")
    self.comparison = comparison
    self.length = length
    self.stride = stride
  }

  /// Each pair's divergence in each head, [heads, pairs], including unmatched heads: the mean over queries, with the
  /// natural logarithm, in 0 ... ln 2.
  ///
  /// - Parameters:
  ///   - attention: each model's weights >= 0, [heads, L, stride], one row per query; normalised here.
  ///   - heads: the heads that are passed; nil for all.
  ///   - layer: the layer, for errors.
  ///   - team: the threads that share the heads; does not change any bits.
  /// - Throws: ``DynamicsError/notFinite(what:)``, ``DynamicsError/notWeights(what:)`` for the first such row.
  package func divergences(
    _ attention: [UnsafePointer<Float>], layer: Int, heads: Range<Int>? = nil, team: ThreadTeam = .single
  ) throws(DynamicsError) -> [Double] {
    precondition(attention.count == comparison.models, "every model has its attention")
    let heads = heads ?? 0..<comparison.heads
    precondition(heads.clamped(to: 0..<comparison.heads) == heads, "heads of the models")
    var parts = [Result<[Double], DynamicsError>](repeating: .success([]), count: team.count)
    parts.withUnsafeMutableBufferPointer { parts in
      team.run { thread in
        parts[thread] = Result { () throws(DynamicsError) in
          try divergences(attention, layer: layer, part: team.part(thread, of: heads.count), of: heads)
        }
      }
    }
    // Collected in the order of the heads, so that the error that is thrown does not depend on the team.
    var values: [Double] = []
    for part in parts { values += try part.get() }
    return values
  }

  private func divergences(
    _ attention: [UnsafePointer<Float>], layer: Int, part: Range<Int>, of heads: Range<Int>
  ) throws(DynamicsError) -> [Double] {
    // One query's rows in all models: small enough to stay in cache while the pairs are formed.
    var rows = ProbabilityRows(count: comparison.models, length: length)
    var values = [Double](repeating: 0, count: part.count * comparison.pairs.count)
    for (row, place) in part.enumerated() {
      let first = row * comparison.pairs.count
      for query in 0..<length {
        for model in 0..<comparison.models {
          try rows.set(
            model, attention[model] + (place * length + query) * stride,
            what: "the attention of model \(model) in layer \(layer), head \(heads.lowerBound + place), query \(query),"
          )
        }
        for (index, pair) in comparison.pairs.enumerated() {
          values[first + index] += rows.divergence(pair.first, pair.second)
        }
      }
    }
    return values.map { min($0 / Double(length), M_LN2) }
  }
}

/// Probability rows over the same keys, with their entropies.
private struct ProbabilityRows {
  private let length: Int
  /// Numbers from row to row, a multiple of 16. Those after `length` are 0 and add nothing to an entropy.
  private let stride: Int
  private var elements: [Double]
  private var entropies: [Double]

  init(count: Int, length: Int) {
    self.length = length
    stride = (length + 15) / 16 * 16
    elements = Array(repeating: 0, count: count * stride)
    entropies = Array(repeating: 0, count: count)
  }

  /// Sets a row to `weights` divided by their sum; `what` describes them in errors.
  mutating func set(
    _ row: Int, _ weights: UnsafePointer<Float>, what: @autoclosure () -> String
  ) throws(DynamicsError) {
    var (sums, least) = (SIMD16<Double>.zero, Lanes.zero)
    for key in Swift.stride(from: 0, to: length, by: 16) {
      let lanes = weights.lanes(at: key, end: length)
      least.replace(with: lanes, where: lanes .< least)
      sums += SIMD16<Double>(lanes)
    }
    // Float32 numbers cannot overflow a sum in Float64: it is finite if and only if they are.
    let sum = (sums.lowHalf + sums.highHalf).laneSum
    guard sum.isFinite else { throw .notFinite(what: what()) }
    guard sum > 0, least == .zero else { throw .notWeights(what: what()) }
    elements.withUnsafeMutableBytes { bytes in
      for key in Swift.stride(from: 0, to: length, by: 16) {
        let quotients = SIMD16<Double>(weights.lanes(at: key, end: length)) / sum
        bytes.storeBytes(of: quotients, toByteOffset: (row * stride + key) * 8, as: SIMD16<Double>.self)
      }
    }
    entropies[row] = middleEntropy(row, row)
  }

  /// The Jensen-Shannon divergence of two rows, >= 0.
  func divergence(_ first: Int, _ second: Int) -> Double {
    max(0, middleEntropy(first, second) - (entropies[first] + entropies[second]) / 2)
  }

  /// -sum m ln m for the mean m of two rows. For a row and itself, this is exactly the row's own entropy.
  private func middleEntropy(_ first: Int, _ second: Int) -> Double {
    elements.withUnsafeBytes { bytes in
      var sums = SIMD8<Double>.zero
      for key in Swift.stride(from: 0, to: length, by: 8) {
        let p = bytes.loadUnaligned(fromByteOffset: (first * stride + key) * 8, as: SIMD8<Double>.self)
        let q = bytes.loadUnaligned(fromByteOffset: (second * stride + key) * 8, as: SIMD8<Double>.self)
        let m = (p + q) * 0.5
        sums -= m * logarithm(m)
      }
      return sums.laneSum
    }
  }
}

extension SIMD8<Double> {
  /// The sum of the lanes, pairing the halves first.
  fileprivate var laneSum: Double {
    let four = lowHalf + highHalf
    let two = four.lowHalf + four.highHalf
    return two.x + two.y
  }
}
