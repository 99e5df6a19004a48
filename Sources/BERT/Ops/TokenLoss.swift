import Foundation
internal import LinearAlgebra

/// What the prediction of one masked token was worth.
public struct TokenScore: Sendable, Equatable {
  /// -log softmax(logits)[word].
  public var loss: Double
  /// Whether the word's logit is the greatest, and of equals the first.
  public var isRight: Bool
}

/// The softmax over one row of V logits: Float32 exponentials in lanes, their sum in Float64.
///
/// NaN and infinity come out as they come in.
package struct TokenSoftmax {
  private let greatest: Float
  private let sum: Double
  private let count: Int

  /// Reads a row of `count` logits, >= 1.
  package init(_ logits: UnsafePointer<Float>, count: Int) {
    self.count = count
    var lanes = Lanes(repeating: -.infinity)
    for n in stride(from: 0, to: count, by: 16) {
      let x = logits.lanes(at: n, end: count).prefix(count - n, filler: -.infinity)
      lanes = lanes.replacing(with: x, where: x .> lanes)
    }
    greatest = lanes.laneMaximum
    var sum = 0.0
    for start in stride(from: 0, to: count, by: 4096) {
      var part = Lanes.zero
      for n in stride(from: start, to: min(start + 4096, count), by: 16) {
        part += exponential(logits.lanes(at: n, end: count) - greatest).prefix(count - n)
      }
      sum += Double(part.laneSum)
    }
    self.sum = sum
  }

  /// What the row it was made of says of `word`.
  package func score(_ logits: UnsafePointer<Float>, of word: Int) -> TokenScore {
    let isGreatest = logits[word] == greatest && !(0..<word).contains { logits[$0] == greatest }
    return TokenScore(loss: log(sum) - (Double(logits[word]) - Double(greatest)), isRight: isGreatest)
  }

  /// Replaces the row it was made of by the gradient of `scale` x the loss of `word`: scale (p - 1 at the word).
  package func replaceByGradient(_ logits: UnsafeMutablePointer<Float>, of word: Int, scale: Double) {
    let factor = Float(scale / sum)
    for n in stride(from: 0, to: count, by: 16) {
      logits.store(exponential(logits.lanes(at: n, end: count) - greatest) * factor, at: n, end: count)
    }
    logits[word] -= Float(scale)
  }
}
