import BERT
import Foundation

/// Each op once more as its definition reads: plain loops over Float64, nothing fused, nothing in place.
///
/// Matrices are row-major. A mask holds the multipliers of dropout; nil drops nothing.
enum Twin {
  /// The affine part of a LayerNorm and its epsilon.
  struct Norm {
    var weight: [Double]
    var bias: [Double]
    var epsilon = 1e-12
  }

  /// X W^T: X is [rows, inputs], W is [outputs, inputs].
  static func linear(_ x: [Double], _ weight: [Double], inputs: Int, outputs: Int) -> [Double] {
    let rows = x.count / inputs
    var y = [Double](repeating: 0, count: rows * outputs)
    for row in 0..<rows {
      for output in 0..<outputs {
        for input in 0..<inputs {
          y[row * outputs + output] += x[row * inputs + input] * weight[output * inputs + input]
        }
      }
    }
    return y
  }

  /// f(u + bias), [rows, columns].
  static func activation(_ kind: BERTConfiguration.Activation, _ u: [Double], bias: [Double]) -> [Double] {
    u.indices.map { i in
      let x = u[i] + bias[i % bias.count]
      return switch kind {
      case .gelu: x * (1 + erf(x / 2.0.squareRoot())) / 2
      case .relu: max(x, 0)
      }
    }
  }

  /// (x - mean) / sqrt(variance + epsilon) * weight + bias over each row of [rows, C].
  static func layerNorm(_ x: [Double], _ norm: Norm) -> [Double] {
    let channels = norm.weight.count
    var y: [Double] = []
    for start in stride(from: 0, to: x.count, by: channels) {
      let row = x[start..<start + channels]
      let mean = row.reduce(0, +) / Double(channels)
      let variance = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(channels)
      let deviation = (variance + norm.epsilon).squareRoot()
      for c in 0..<channels { y.append((x[start + c] - mean) / deviation * norm.weight[c] + norm.bias[c]) }
    }
    return y
  }

  /// LayerNorm(residual + mask (a + bias)), [T, C].
  static func residualNorm(
    _ a: [Double], bias: [Double], residual: [Double], _ norm: Norm, mask: [Double]?
  ) -> [Double] {
    let sum = a.indices.map { i in residual[i] + (a[i] + bias[i % bias.count]) * (mask?[i] ?? 1) }
    return layerNorm(sum, norm)
  }

  /// mask LayerNorm(words[token] + positions[place in its sequence] + segments[segment]), [T, C].
  static func embedding(
    _ batch: PackedBatch, words: [Double], positions: [Double], segments: [Double], _ norm: Norm, mask: [Double]?
  ) -> [Double] {
    let channels = norm.weight.count
    var sum: [Double] = []
    for length in batch.lengths {
      for position in 0..<length {
        let token = sum.count / channels
        for c in 0..<channels {
          sum.append(
            words[Int(batch.tokens[token]) * channels + c] + positions[position * channels + c]
              + segments[Int(batch.segments[token]) * channels + c])
        }
      }
    }
    return multiplied(layerNorm(sum, norm), mask)
  }

  /// Attention of packed sequences: `qkv` + `bias` is [T, 3 C]; P = softmax(Q K^T / sqrt(D)) for each head of each
  /// sequence in turn, L x L; the context is mask P V, [T, C].
  static func attention(
    _ qkv: [Double], bias: [Double], offsets: [Int], heads: Int, mask: [Double]?
  ) -> (probabilities: [Double], context: [Double]) {
    let channels = bias.count / 3
    let size = channels / heads
    func value(_ token: Int, _ side: Int, _ head: Int, _ d: Int) -> Double {
      let column = side * channels + head * size + d
      return qkv[token * 3 * channels + column] + bias[column]
    }
    var probabilities: [Double] = []
    var context = [Double](repeating: 0, count: offsets[offsets.count - 1] * channels)
    for (start, end) in zip(offsets, offsets.dropFirst()) {
      for head in 0..<heads {
        for query in start..<end {
          let weights = (start..<end).map { key in
            exp(
              (0..<size).reduce(0) { $0 + value(query, 0, head, $1) * value(key, 1, head, $1) }
                / Double(size).squareRoot())
          }
          let sum = weights.reduce(0, +)
          for (key, weight) in zip(start..<end, weights) {
            let kept = weight / sum * (mask?[probabilities.count] ?? 1)
            for d in 0..<size { context[query * channels + head * size + d] += kept * value(key, 2, head, d) }
            probabilities.append(weight / sum)
          }
        }
      }
    }
    return (probabilities, context)
  }

  /// A dense layer's matrix and bias.
  struct Dense {
    var weight: [Double]
    var bias: [Double]
  }

  /// pooled = tanh(Wp x[first token] + bp), [B, C]; logits = Wc (mask pooled) + bc, [B, N].
  static func classifier(
    _ x: [Double], offsets: [Int], pooler: Dense, head: Dense, mask: [Double]?
  ) -> (pooled: [Double], logits: [Double]) {
    let channels = pooler.bias.count
    let first = offsets.dropLast().flatMap { x[$0 * channels..<($0 + 1) * channels] }
    let pooled = linear(first, pooler.weight, inputs: channels, outputs: channels).enumerated().map { i, u in
      tanh(u + pooler.bias[i % channels])
    }
    let logits = linear(multiplied(pooled, mask), head.weight, inputs: channels, outputs: head.bias.count)
    return (pooled, logits.enumerated().map { i, u in u + head.bias[i % head.bias.count] })
  }

  /// -log(exp(logit of the class) / sum of exp) of each row of [B, N], and (logit - value)^2.
  static func losses(_ logits: [Double], _ targets: Labels) -> [Double] {
    switch targets {
    case .classes(let classes):
      let outputs = logits.count / classes.count
      return classes.enumerated().map { example, label in
        let row = logits[example * outputs..<(example + 1) * outputs].map { exp($0) }
        return -log(row[label] / row.reduce(0, +))
      }
    case .values(let values):
      return zip(logits, values).map { ($0 - $1) * ($0 - $1) }
    }
  }

  private static func multiplied(_ x: [Double], _ mask: [Double]?) -> [Double] {
    guard let mask else { return x }
    return zip(x, mask).map { $0 * $1 }
  }
}
