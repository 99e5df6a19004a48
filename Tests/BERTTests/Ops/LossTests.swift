import BERT
import Foundation
import Testing

@Suite struct LossTests {
  /// Two equal logits: log 2, gradient +-1/2; (3 - 1)^2 = 4, gradient 4; both times the scale.
  @Test func byHand() {
    let loss = exampleLosses(logits: [7, 7], outputs: 2, targets: .classes([1]))
    // 7 + log 2 - 7 loses three bits of log 2's 53.
    #expect(loss.count == 1 && abs(loss[0] - log(2)) < 1e-15)
    #expect(exampleLosses(logits: [3, -1], outputs: 1, targets: .values([1, -1])) == [4, 0])
    var gradient = results(2)
    lossGradient(logits: [7, 7], outputs: 2, targets: .classes([1]), scale: 0.5, into: &gradient)
    expectClose(gradient, [0.25, -0.25], within: 0)
    lossGradient(logits: [3, -1], outputs: 1, targets: .values([1, -1]), scale: 0.5, into: &gradient)
    expectClose(gradient, [2, 0], within: 0)
  }

  /// Losses are Float64 throughout; a gradient is rounded once to Float32, 6e-8 of at most 1 (classes) or 6 (values).
  @Test(arguments: [1, 2, 3, 17]) func againstTheTwin(outputs: Int) {
    var draws = Draws()
    let logits = draws.normal(5 * outputs, scale: 2)
    let targets =
      outputs == 1
      ? Labels.values(draws.normal(5)) : Labels.classes((0..<5).map { $0 * 7 % outputs })
    let losses = exampleLosses(logits: floats(logits), outputs: outputs, targets: targets)
    for (got, expected) in zip(losses, Twin.losses(logits, targets)) { #expect(abs(got - expected) < 1e-13) }
    let scale = 0.2
    var gradient = results(logits.count)
    lossGradient(logits: floats(logits), outputs: outputs, targets: targets, scale: scale, into: &gradient)
    expectClose(gradient, differences(logits) { scale * Twin.losses($0, targets).reduce(0, +) }, within: 4e-7)
  }

  /// Logits beyond exp's range: the difference is the loss.
  @Test func largeLogits() {
    let logits: [Float] = [2000, -2000]
    #expect(exampleLosses(logits: logits, outputs: 2, targets: .classes([0])) == [0])
    #expect(exampleLosses(logits: logits, outputs: 2, targets: .classes([1])) == [4000])
    var gradient = results(2)
    lossGradient(logits: logits, outputs: 2, targets: .classes([1]), scale: 1, into: &gradient)
    expectClose(gradient, [1, -1], within: 0)
  }

  @Test func notANumberAndInfinityShow() {
    for column in 0..<3 {
      var logits: [Float] = [1, 2, 3]
      logits[column] = .nan
      #expect(exampleLosses(logits: logits, outputs: 3, targets: .classes([0]))[0].isNaN)
    }
    #expect(exampleLosses(logits: [-.infinity, 0], outputs: 2, targets: .classes([0])) == [.infinity])
    #expect(exampleLosses(logits: [.infinity], outputs: 1, targets: .values([0])) == [.infinity])
    #expect(exampleLosses(logits: [.nan], outputs: 1, targets: .values([0]))[0].isNaN)
  }
}
