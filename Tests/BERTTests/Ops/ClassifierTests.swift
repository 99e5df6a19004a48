import BERT
import Foundation
import LinearAlgebra
import Testing

@Suite struct ClassifierTests {
  private let memory = OpMemory()

  /// The Float64 twin on a flat parameter vector.
  private struct Reference {
    let ranges: [Range<Int>]
    let sequences: Int
    let mask: [Double]?

    init(_ tiny: TinyCase) throws {
      ranges = try ["pooler.dense.weight", "pooler.dense.bias", "classifier.weight", "classifier.bias"].map {
        try tiny.range($0)
      }
      sequences = tiny.batch.lengths.count
      // One row a sequence: the pooled vector.
      mask = tiny.multipliers(.classifier, rows: 1)
    }

    func callAsFunction(_ x: [Double], _ parameters: [Double]) -> (pooled: [Double], logits: [Double]) {
      let parts = ranges.map { Array(parameters[$0]) }
      return Twin.classifier(
        x, offsets: Array(0...sequences), pooler: .init(weight: parts[0], bias: parts[1]),
        head: .init(weight: parts[2], bias: parts[3]), mask: mask)
    }
  }

  /// Logits up to 10 of 32 products; gradients likewise, summed over 3 sequences. tanh and its derivative are of order 1.
  @Test(arguments: TinyShape.all, [0, 0.3]) func againstTheTwin(shape: TinyShape, dropout: Double) throws {
    let outputs = 3
    let tiny = try TinyCase(shape, outputs: outputs, dropout: dropout)
    let (table, sequences) = (tiny.model.table, tiny.batch.lengths.count)
    let count = sequences * tiny.channels
    var draws = Draws()
    let (x, dLogits) = (draws.normal(count), draws.normal(sequences * outputs))
    let (parameters, start) = (draws.normal(table.count, scale: 0.3), draws.normal(table.count))
    let reference = try Reference(tiny)

    let op = ModelOps(tiny.model, parameters: memory.vector(parameters)).classifier
    tiny.rows.first.base.update(from: floats(x), count: count)
    op.forward(sequences: sequences, rows: tiny.rows, masks: tiny.masks(.classifier))
    let expected = reference(x, parameters)
    expectClose(numbers(tiny.rows.pooled), expected.pooled, within: 1e-6)
    expectClose(numbers(tiny.rows.logits), expected.logits, within: 2e-6)

    let gradients = memory.vector(start)
    op.backward(
      dLogits: memory.matrix(dLogits, columns: outputs).view, rows: tiny.rows, masks: tiny.masks(.classifier),
      adding: ModelGradients(tiny.model, gradients: gradients).classifier)
    let dFirst = numbers(try #require(tiny.rows.dFirst))
    expectClose(dFirst, differences(x) { dot(dLogits, reference($0, parameters).logits) }, within: 3e-6)
    let first = reference.ranges[0].lowerBound
    let gradient = differences(Array(parameters[first...])) { tail in
      dot(dLogits, reference(x, parameters[..<first] + tail).logits)
    }
    expectClose(
      numbers(gradients, table.count), start[..<first] + sum(Array(start[first...]), gradient), within: 3e-6)
    memory.expectFences()
  }

  /// Without a head the pooled vectors are all there is: tanh of the first tokens under an identity matrix.
  @Test func withoutAHead() throws {
    let tiny = try TinyCase(TinyShape(lengths: [2, 1], channels: 2, heads: 1))
    var parameters = [Double](repeating: 0, count: tiny.model.table.count)
    let weight = try tiny.range("pooler.dense.weight").lowerBound
    (parameters[weight], parameters[weight + 3]) = (1, 1)
    tiny.rows.first.base.update(from: [1, 2, 0, -1], count: 4)
    ModelOps(tiny.model, parameters: memory.vector(parameters)).classifier.forward(
      sequences: 2, rows: tiny.rows, masks: nil)
    expectClose(numbers(tiny.rows.pooled), [tanh(1), tanh(2), 0, tanh(-1)], within: 1e-7)
  }
}
