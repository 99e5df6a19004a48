import Foundation
public import LinearAlgebra

/// AdamW with decoupled weight decay (Loshchilov and Hutter 2019) and clipping by the global norm, on the flat vector:
///
///     theta -= lr wd theta;  m = b1 m + (1 - b1) g;  v = b2 v + (1 - b2) g^2
///     theta -= lr (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + eps)
///
/// as PyTorch's `torch.optim.AdamW` orders it.
public struct AdamW: Sendable, Hashable, Encodable {
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
  ///   - factors: multiply the rate tensor by tensor, in the gradient step and in the decay; nil: 1 for all. Frozen tensors
  ///     are not looked at, nor are their gradients, which ``BERTModel`` leaves 0.
  ///   - clip: the factor by which gradients are multiplied.
  ///   - state: parameters, gradients and moments in the order of `table`.
  ///   - team: who shares the work; changes no bit.
  public func update(
    _ table: ParameterTable, step: Int, rate: Double, factors: LearningRateFactors? = nil, clip: Double,
    _ state: inout TrainingState, team: ThreadTeam = .single
  ) {
    let correction1 = 1 - pow(beta1, Double(step))
    let correction2 = 1 - pow(beta2, Double(step))
    let constants = Constants(
      beta1: Float(beta1), beta2: Float(beta2), new1: Float(1 - beta1), new2: Float(1 - beta2),
      stepSize: 0, rootScale: Float(1 / correction2.squareRoot()), epsilon: Float(epsilon), keep: 1, clip: Float(clip))
    let runs = Self.runs(table, factors, state.rows)
    let start = runs.first?.range.lowerBound ?? 0
    let count = (runs.last?.range.upperBound ?? 0) - start
    team.run { [state] thread in
      let part = team.part(thread, of: count, unit: 4096)
      for run in runs {
        let range = run.range.clamped(to: start + part.lowerBound..<start + part.upperBound)
        let rate = rate * run.factor
        var constants = constants
        constants.stepSize = Float(rate / correction1)
        if run.decays { constants.keep = Float(1 - rate * weightDecay) }
        if run.isUsed { Self.update(range, constants, state) } else { Self.decay(range, constants.keep, state) }
      }
    }
    state.rows.endStep()
  }

  /// Neighbouring numbers that are treated alike.
  private struct Run {
    var range: Range<Int>
    /// Of the learning rate, > 0.
    let factor: Double
    let decays: Bool
    /// Whether there may be a gradient or moments.
    let isUsed: Bool

    func continues(_ other: Run) -> Bool {
      range.lowerBound == other.range.upperBound && factor == other.factor && decays == other.decays
        && isUsed == other.isUsed
    }
  }

  /// All but the frozen tensors, ascending.
  private static func runs(
    _ table: ParameterTable, _ factors: LearningRateFactors?, _ rows: EmbeddingRows
  ) -> [Run] {
    var runs: [Run] = []
    func add(_ run: Run) {
      if let last = runs.last, run.continues(last) {
        runs[runs.count - 1].range = last.range.lowerBound..<run.range.upperBound
      } else {
        runs.append(run)
      }
    }
    for (index, entry) in table.entries.enumerated() {
      let factor = factors?.values[index] ?? 1
      guard factor != 0 else { continue }
      if entry.range == table.words {
        for row in rows.isUsed.indices {
          add(Run(range: table.row(row), factor: factor, decays: entry.decays, isUsed: rows.isUsed[row]))
        }
      } else {
        add(Run(range: entry.range, factor: factor, decays: entry.decays, isUsed: true))
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

  /// What a step is where gradient and moments are 0.
  private static func decay(_ range: Range<Int>, _ keep: Float, _ state: TrainingState) {
    guard keep != 1 else { return }
    let (theta, end) = (state.parameters.pointer, range.upperBound)
    for i in stride(from: range.lowerBound, to: end, by: 16) {
      theta.store(theta.lanes(at: i, end: end) * keep, at: i, end: end)
    }
  }
}
