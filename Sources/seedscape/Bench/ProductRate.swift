import BERT
import LinearAlgebra

/// The largest sustained rate of matrix products of a model's shapes, in operations/s: of each shape the median over calls
/// for a while, then the greatest.
///
/// - Parameters:
///   - rows: tokens of a batch.
///   - seconds: how long each of twelve shapes is measured.
func sustainedProductRate(
  _ configuration: BERTConfiguration, rows: Int, team: ThreadTeam, seconds: Double = 0.2
) -> Double {
  let (c, f) = (configuration.hiddenSize, configuration.intermediateSize)
  let widest = max(3 * c, f)
  let x = AlignedBuffer<Float>(count: rows * widest)
  let y = AlignedBuffer<Float>(count: rows * widest)
  let weight = AlignedBuffer<Float>(count: widest * c)
  var limit = 0.0
  for (inputs, outputs) in [(c, 3 * c), (c, c), (c, f), (f, c)] {
    let linear = Linear(inputs: inputs, outputs: outputs)
    // Each thread has its part, as in a model.
    let products: [(Int) -> Void] = [
      { linear.forward(rows: team.part($0, of: rows, unit: 16), x: x.pointer, weight: weight.pointer, y: y.pointer) },
      {
        linear.inputGradient(
          rows: team.part($0, of: rows, unit: 16), dy: y.pointer, weight: weight.pointer, into: x.pointer)
      },
      {
        linear.addWeightGradient(
          rows: 0..<rows, part: team.part($0, of: outputs, unit: 16), dy: y.pointer, x: x.pointer,
          into: weight.pointer)
      },
    ]
    for product in products {
      // Values that stay finite: rates do not depend on them then.
      for buffer in [x, y, weight] { buffer.elements.update(repeating: 1e-3) }
      team.run(product)
      var times: [Double] = []
      while times.count < 5 || times.reduce(0, +) < seconds { times.append(measure { team.run(product) }) }
      limit = max(limit, 2 * Double(rows * inputs * outputs) / times.median)
    }
  }
  return limit
}

/// How many seconds `work` takes.
func measure(_ work: () throws -> Void) rethrows -> Double {
  try ContinuousClock().measure(work) / .seconds(1)
}

extension [Double] {
  /// The middle one, or the mean of the middle two.
  var median: Double {
    guard !isEmpty else { return .nan }
    let sorted = sorted()
    return (sorted[(count - 1) / 2] + sorted[count / 2]) / 2
  }
}
