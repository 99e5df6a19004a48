import BERT
import Foundation
import Testing

@Suite struct LossTests {
  /// Two equal logits: log 2, gradient +-1/2; (3 - 1)^2 = 4, gradient 4; both times the scale.
  @Test func byHand() throws {
    let loss = exampleLosses(logits: [7, 7], targets: try Targets(.classes([1]), outputs: 2))
    // 7 + log 2 - 7 loses three bits of log 2's 53.
    #expect(loss.count == 1 && abs(loss[0] - log(2)) < 1e-15)
    #expect(exampleLosses(logits: [3, -1], targets: try Targets(.values([1, -1]), outputs: 1)) == [4, 0])
    var gradient = results(2)
    lossGradient(logits: [7, 7], targets: try Targets(.classes([1]), outputs: 2), scale: 0.5, into: &gradient)
    expectClose(gradient, [0.25, -0.25], within: 0)
    lossGradient(logits: [3, -1], targets: try Targets(.values([1, -1]), outputs: 1), scale: 0.5, into: &gradient)
    expectClose(gradient, [2, 0], within: 0)
  }

  /// Losses are Float64 throughout; a gradient is rounded once to Float32, 6e-8 of at most 1 (classes) or 6 (values).
  @Test(arguments: [1, 2, 3, 17]) func againstTheTwin(outputs: Int) throws {
    var draws = Draws()
    let logits = draws.normal(5 * outputs, scale: 2)
    let targets =
      outputs == 1
      ? Labels.values(draws.normal(5)) : Labels.classes((0..<5).map { $0 * 7 % outputs })
    let losses = exampleLosses(logits: floats(logits), targets: try Targets(targets, outputs: outputs))
    for (got, expected) in zip(losses, Twin.losses(logits, targets)) { #expect(abs(got - expected) < 1e-13) }
    let scale = 0.2
    var gradient = results(logits.count)
    lossGradient(logits: floats(logits), targets: try Targets(targets, outputs: outputs), scale: scale, into: &gradient)
    expectClose(gradient, differences(logits) { scale * Twin.losses($0, targets).reduce(0, +) }, within: 4e-7)
  }

  /// Logits beyond exp's range: the difference is the loss.
  @Test func largeLogits() throws {
    let logits: [Float] = [2000, -2000]
    #expect(exampleLosses(logits: logits, targets: try Targets(.classes([0]), outputs: 2)) == [0])
    #expect(exampleLosses(logits: logits, targets: try Targets(.classes([1]), outputs: 2)) == [4000])
    var gradient = results(2)
    lossGradient(logits: logits, targets: try Targets(.classes([1]), outputs: 2), scale: 1, into: &gradient)
    expectClose(gradient, [1, -1], within: 0)
  }

  @Test func notANumberAndInfinityShow() throws {
    for column in 0..<3 {
      var logits: [Float] = [1, 2, 3]
      logits[column] = .nan
      #expect(exampleLosses(logits: logits, targets: try Targets(.classes([0]), outputs: 3))[0].isNaN)
    }
    #expect(exampleLosses(logits: [-.infinity, 0], targets: try Targets(.classes([0]), outputs: 2)) == [.infinity])
    #expect(exampleLosses(logits: [.infinity], targets: try Targets(.values([0]), outputs: 1)) == [.infinity])
    #expect(exampleLosses(logits: [.nan], targets: try Targets(.values([0]), outputs: 1))[0].isNaN)
  }

  /// What a head cannot be scored by is refused before any logit is read.
  @Test func targetsOfAnotherHead() throws {
    #expect(try Targets(.classes([0, 2, 1]), outputs: 3).selecting([1]).labels == .classes([2]))
    for (label, outputs) in [(3, 3), (-1, 3), (1, 1)] {
      #expect(throws: ModelError.labelOutOfRange(got: "\(label)", expected: "classes 0 to \(outputs - 1)")) {
        try Targets(.classes([0, label]), outputs: outputs)
      }
    }
    #expect(throws: ModelError.labelOutOfRange(got: "0.5", expected: "classes 0 to 1")) {
      try Targets(.values([0.5]), outputs: 2)
    }
  }
}
