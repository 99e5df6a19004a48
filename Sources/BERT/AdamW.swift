import Foundation
public import LinearAlgebra

/// AdamW with decoupled weight decay (Loshchilov and Hutter 2019) and clipping by the global norm, on the flat vector:
///
///     theta -= lr wd theta;  m = b1 m + (1 - b1) g;  v = b2 v + (1 - b2) g^2
///     theta -= lr (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + eps)
///
/// as PyTorch's `torch.optim.AdamW` orders it.
public struct AdamW: Sendable, Hashable {
  /// Decay of the first moment, 0 ..< 1.
  public var beta1 = 0.9
  /// Decay of the second moment, 0 ..< 1.
  public var beta2 = 0.999
  /// Added to the root of the second moment, > 0.
  public var epsilon = 1e-8
  /// Weight decay of the entries that decay, >= 0.
  public var weightDecay = 0.01
  /// The gradient's greatest norm.
  public var maximumNorm = 1.0

  /// The settings of METHODS: 0.9, 0.999, 1e-8, 0.01, clipping at 1.
  public init() {}

  /// The factor that clips a gradient of norm `norm`: min(1, max / (norm + 1e-6)).
  public func clipFactor(norm: Double) -> Double {
    min(1, maximumNorm / (norm + 1e-6))
  }

  /// One step, in one pass over memory: clips, updates moments and parameters, and zeroes the gradients.
  ///
  /// - Parameters:
  ///   - step: t, counted from 1.
  ///   - rate: the learning rate of this step, >= 0.
  ///   - clip: the factor by which gradients are multiplied.
  ///   - state: parameters, gradients and moments in the order of `table`.
  public func update(_ table: ParameterTable, step: Int, rate: Double, clip: Double, _ state: TrainingState) {
    let correction1 = 1 - pow(beta1, Double(step))
    let correction2 = 1 - pow(beta2, Double(step))
    var constants = Constants(
      beta1: Float(beta1), beta2: Float(beta2), new1: Float(1 - beta1), new2: Float(1 - beta2),
      stepSize: Float(rate / correction1), rootScale: Float(1 / correction2.squareRoot()), epsilon: Float(epsilon),
      keep: 1, clip: Float(clip))
    for run in Self.runs(table) {
      constants.keep = run.decays ? Float(1 - rate * weightDecay) : 1
      Self.update(run.range, constants, state)
    }
  }

  /// Neighbouring entries that are treated alike, as one range each.
  private static func runs(_ table: ParameterTable) -> [(range: Range<Int>, decays: Bool)] {
    var runs: [(range: Range<Int>, decays: Bool)] = []
    for entry in table.entries {
      if let last = runs.last, last.decays == entry.decays {
        runs[runs.count - 1].range = last.range.lowerBound..<entry.range.upperBound
      } else {
        runs.append((entry.range, entry.decays))
      }
    }
    return runs
  }

  private struct Constants {
    var beta1, beta2, new1, new2, stepSize, rootScale, epsilon, keep, clip: Float
  }

  private static func update(_ range: Range<Int>, _ k: Constants, _ state: TrainingState) {
    let (theta, gradient) = (state.parameters.pointer, state.gradients.pointer)
    let (first, second) = (state.firstMoment.pointer, state.secondMoment.pointer)
    let end = range.upperBound
    for i in stride(from: range.lowerBound, to: end, by: 16) {
      let g = gradient.lanes(at: i, end: end) * k.clip
      let m = first.lanes(at: i, end: end) * k.beta1 + g * k.new1
      let v = second.lanes(at: i, end: end) * k.beta2 + g * g * k.new2
      let denominator = v.squareRoot() * k.rootScale + k.epsilon
      let kept = theta.lanes(at: i, end: end) * k.keep
      theta.store(kept - m / denominator * k.stepSize, at: i, end: end)
      first.store(m, at: i, end: end)
      second.store(v, at: i, end: end)
      gradient.store(.zero, at: i, end: end)
    }
  }
}

/// All that training carries from step to step: four flat vectors in the order of a parameter table.
public struct TrainingState: Sendable {
  /// theta and the head.
  public let parameters: AlignedBuffer<Float>
  /// The gradient, accumulated until a step zeroes it.
  public let gradients: AlignedBuffer<Float>
  /// m.
  public let firstMoment: AlignedBuffer<Float>
  /// v.
  public let secondMoment: AlignedBuffer<Float>

  /// Zeros for `count` parameters.
  public init(count: Int) {
    parameters = AlignedBuffer(count: count)
    gradients = AlignedBuffer(count: count)
    firstMoment = AlignedBuffer(count: count)
    secondMoment = AlignedBuffer(count: count)
  }

  /// The gradient's Euclidean norm: squares in Float32 lanes, summed in Float64 every 4096 numbers.
  public func gradientNorm() -> Double {
    let count = gradients.count
    var total = 0.0
    for block in stride(from: 0, to: count, by: 4096) {
      let end = min(block + 4096, count)
      var sum = Lanes.zero
      for i in stride(from: block, to: end, by: 16) {
        let g = gradients.pointer.lanes(at: i, end: end)
        sum = sum.addingProduct(g, g)
      }
      for lane in 0..<16 { total += Double(sum[lane]) }
    }
    return total.squareRoot()
  }
}
