import BERT
import Testing

@Suite struct LayerNormTests {
  private func norm(channels: Int, epsilon: Float = 1e-12) throws -> LayerNorm {
    var configuration = try BERTConfiguration.tiny(channels: channels, heads: 1)
    configuration.layerNormEpsilon = epsilon
    return BERTModel(configuration, outputs: nil).norm
  }

  /// [1, 3]: mean 2, variance 1, with epsilon 3 a scale of 1/2.
  @Test func byHand() throws {
    var x = accumulators([1, 3])
    var y = results(2)
    let scale = try norm(channels: 2, epsilon: 3).forward(row: &x, weight: [2, 4], bias: [10, 20], y: &y)
    #expect(scale == 0.5)
    expectClose(x, [-0.5, 0.5], within: 0)
    expectClose(y, [9, 22], within: 0)
  }

  /// Rows of order 1 and scales of order 1: some ten roundings of 6e-8 of numbers up to 3, in gradients up to 10.
  @Test(arguments: [8, 17, 24, 32]) func againstTheTwin(channels: Int) throws {
    var draws = Draws()
    let x = draws.normal(channels)
    let twin = Twin.Norm(weight: draws.normal(channels), bias: draws.normal(channels))
    let (dy, start) = (draws.normal(channels), draws.normal(channels))
    let op = try norm(channels: channels)

    var normalised = accumulators(x)
    var y = results(channels)
    let scale = op.forward(row: &normalised, weight: floats(twin.weight), bias: floats(twin.bias), y: &y)
    expectClose(y, Twin.layerNorm(x, twin), within: 1e-6)
    // x and y may be the same row.
    var inPlace = accumulators(x)
    inPlace.withUnsafeMutableBufferPointer { row in
      guard let row = row.baseAddress else { return }
      _ = op.forward(row: row, weight: floats(twin.weight), bias: floats(twin.bias), y: row)
    }
    #expect(inPlace == y)

    let dxExpected = differences(x) { dot(dy, Twin.layerNorm($0, twin)) }
    let weightGradient = differences(twin.weight) {
      dot(dy, Twin.layerNorm(x, Twin.Norm(weight: $0, bias: twin.bias)))
    }
    let biasGradient = differences(twin.bias) {
      dot(dy, Twin.layerNorm(x, Twin.Norm(weight: twin.weight, bias: $0)))
    }
    // dx takes the place of dy, as in the model.
    var dx = accumulators(dy)
    var (weightSum, biasSum) = (accumulators(start), accumulators(start))
    dx.withUnsafeMutableBufferPointer { row in
      guard let row = row.baseAddress else { return }
      op.backward(
        dy: row, normalised: normalised, scale: scale, weight: floats(twin.weight), weightGradient: &weightSum,
        biasGradient: &biasSum, dx: row)
    }
    expectClose(dx, dxExpected, within: 2e-6)
    expectClose(weightSum, sum(start, weightGradient), within: 1e-6)
    expectClose(biasSum, sum(start, biasGradient), within: 1e-6)
  }

  /// A mean of 1000 with deviations of 1: the mean's rounding, 3e-5, is all that is lost. E[x^2] - E[x]^2 would lose
  /// 0.06 of the variance.
  @Test func largeMean() throws {
    var draws = Draws()
    let x = draws.normal(24).map { Double(Float(1000 + $0)) }
    let ones = [Double](repeating: 1, count: 24)
    var row = accumulators(x)
    var y = results(24)
    _ = try norm(channels: 24).forward(
      row: &row, weight: floats(ones), bias: [Float](repeating: 0, count: 24), y: &y)
    expectClose(y, Twin.layerNorm(x, Twin.Norm(weight: ones, bias: ones.map { _ in 0 })), within: 1e-4)
  }

  /// A constant row has no variance: xhat is 0 and y the bias, with the scale of epsilon alone.
  @Test func constantRow() throws {
    var x = accumulators([Double](repeating: 2, count: 17))
    var y = results(17)
    var draws = Draws()
    let bias = draws.normal(17)
    let scale = try norm(channels: 17).forward(
      row: &x, weight: [Float](repeating: 3, count: 17), bias: floats(bias), y: &y)
    expectClose(y, bias, within: 0)
    #expect(abs(scale - 1e6) < 1)
  }
}
