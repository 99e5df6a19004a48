import BERT
import Foundation
import Testing

@Suite struct TokenLossTests {
  /// Equal logits: every word has 1 / V.
  @Test func byHand() {
    var row: [Float] = [3, 3, 3, 3]
    let softmax = TokenSoftmax(row, count: 4)
    #expect(abs(softmax.score(row, of: 2).loss - log(4)) < 1e-7)
    softmax.replaceByGradient(&row, of: 2, scale: 0.5)
    #expect(maximumDifference(row, [0.125, 0.125, -0.375, 0.125]) < 1e-7)
  }

  /// The first of equal logits is what is predicted.
  @Test func rightIsTheFirstOfTheGreatest() {
    let row: [Float] = [1, 5, 2, 5]
    let softmax = TokenSoftmax(row, count: 4)
    #expect((0..<4).map { softmax.score(row, of: $0).isRight } == [false, true, false, false])
  }

  /// Lengths with ragged groups and more than one block of 4096. Float32 exponentials are good to 1.3 units in the last
  /// place, and lanes sum up to 256 of them.
  @Test(arguments: [1, 15, 16, 17, 4096, 4099, 9000]) func againstTheTwin(count: Int) {
    var draws = Draws()
    let logits = draws.normal(count, scale: 4)
    let word = count * 2 / 3
    var row = floats(logits)
    let softmax = TokenSoftmax(row, count: count)
    let score = softmax.score(row, of: word)
    #expect(abs(score.loss - Twin.losses(logits, .classes([word]))[0]) < 2e-6)
    #expect(score.isRight == (logits.max() == logits[word]))
    let total = logits.reduce(0) { $0 + exp($1) }
    row += accumulators([])
    softmax.replaceByGradient(&row, of: word, scale: 0.25)
    let gradient = logits.enumerated().map { 0.25 * (exp($1) / total - ($0 == word ? 1 : 0)) }
    expectClose(row, gradient, within: 1e-6)
  }

  /// Logits far apart neither overflow nor lose the loss; what is not a number stays so.
  @Test func extremes() {
    let row: [Float] = [-1e4, 1e4, 0]
    let softmax = TokenSoftmax(row, count: 3)
    #expect(softmax.score(row, of: 1).loss == 0)
    #expect(abs(softmax.score(row, of: 0).loss - 2e4) < 1e-6)
    let broken: [Float] = [0, .nan, 1]
    #expect(TokenSoftmax(broken, count: 3).score(broken, of: 0).loss.isNaN)
  }
}
