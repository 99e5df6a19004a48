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
  let inputBuffer = AlignedBuffer<Float>(count: rows * widest)
  let outputBuffer = AlignedBuffer<Float>(count: rows * widest)
  let weight = AlignedBuffer<Float>(count: widest * c)
  var limit = 0.0
  for (inputs, outputs) in [(c, 3 * c), (c, c), (c, f), (f, c)] {
    let dense = Dense(weight: MatrixView(weight.pointer, rows: outputs, columns: inputs), bias: weight.pointer)
    let gradient = Dense.Gradient(
      weight: MutableMatrixView(weight.pointer, rows: outputs, columns: inputs), bias: weight.pointer)
    let (x, y) = (
      MutableMatrixView(inputBuffer.pointer, rows: rows, columns: inputs),
      MutableMatrixView(outputBuffer.pointer, rows: rows, columns: outputs)
    )
    func part(_ thread: Int) -> Range<Int> { team.part(thread, of: rows, unit: 16) }
    // Each thread has its part, as in a model.
    let products: [(Int) -> Void] = [
      { dense.forward(x.view[rows: part($0)], to: y[rows: part($0)]) },
      { dense.backward(y.view[rows: part($0)], to: x[rows: part($0)]) },
      {
        dense.addWeightGradient(
          dy: y.view, x: x.view, outputs: team.part($0, of: outputs, unit: 16), to: gradient)
      },
    ]
    for product in products {
      // Values that stay finite: rates do not depend on them then.
      for buffer in [inputBuffer, outputBuffer, weight] { buffer.elements.update(repeating: 1e-3) }
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
