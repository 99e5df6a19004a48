public import BERT
internal import LinearAlgebra
internal import Randomness

/// Products of vectors with the Hessian of a loss J at theta, by central differences of its gradient. [METHODS 4]
///
/// The Hessian may be restricted to some of theta's places, a layer group for example: the other parameters stay, and a
/// vector has one number for each of the places. Three flat Float32 vectors are held beside theta.
public final class HessianProduct {
  /// Adds the gradient of J at a flat parameter vector to a flat vector of zeros.
  public typealias Gradient = (
    _ parameters: UnsafePointer<Float>, _ gradient: UnsafeMutablePointer<Float>
  ) throws -> Void

  /// How far the products of a step and of half the step may lie apart, relative to the first.
  static let tolerance = 0.05

  /// The places of the Hessian's rows and columns in the flat vector, ascending.
  public let places: [Range<Int>]
  /// How many rows and columns the Hessian has.
  public let count: Int

  private let parameters: Parameters
  private let distance: Double
  private let halvings: Int
  private let gradient: Gradient
  private let point: AlignedBuffer<Float>
  private let above: AlignedBuffer<Float>
  private let below: AlignedBuffer<Float>

  /// The Hessian at a point.
  ///
  /// - Parameters:
  ///   - parameters: theta, and the head, which stays as it is.
  ///   - encoder: the places of theta.
  ///   - places: the parts of `encoder` to restrict the Hessian to, ascending and disjoint, not empty; nil: all of it.
  ///   - relativeStep: how far a difference reaches to each side, |h v| / |theta|; > 0.
  ///   - halvings: how often a step that is too long for a vector may be halved, >= 0. A fine-tuned model's sharp
  ///     directions need several.
  public init(
    at parameters: Parameters, encoder: Range<Int>, places: [Range<Int>]? = nil, relativeStep: Double = 1e-3,
    halvings: Int = 0, gradient: @escaping Gradient
  ) {
    let places = (places ?? [encoder]).filter { !$0.isEmpty }
    precondition(encoder.upperBound <= parameters.count && relativeStep > 0 && halvings >= 0)
    precondition(!places.isEmpty && places.allSatisfy { $0.clamped(to: encoder) == $0 }, "places of theta")
    precondition(zip(places, places.dropFirst()).allSatisfy { $0.upperBound <= $1.lowerBound }, "ascending places")
    self.places = places
    count = places.reduce(0) { $0 + $1.count }
    self.parameters = parameters
    let theta = parameters.base + encoder.lowerBound
    distance = relativeStep * dot(theta, theta, count: encoder.count).squareRoot()
    self.halvings = halvings
    self.gradient = gradient
    point = AlignedBuffer(count: parameters.count)
    point.pointer.update(from: parameters.base, count: parameters.count)
    above = AlignedBuffer(count: parameters.count)
    below = AlignedBuffer(count: parameters.count)
  }

  /// Writes H v = (g(theta + h v) - g(theta - h v)) / 2h.
  ///
  /// Taken with h = `relativeStep` |theta| / |v| and with h / 2, four gradients; the second is the result. Where the two
  /// differ by more than 5 %, h is halved up to `halvings` times, two gradients each.
  ///
  /// - Parameters:
  ///   - v: `count` numbers, not all zero.
  ///   - product: gets `count` numbers.
  /// - Throws: ``LandscapeError/unstableProduct(norm:normAtHalfStep:difference:)`` when the last two differ by more than
  ///   5 %, or are not finite; what the gradient throws.
  public func multiply(_ v: UnsafePointer<Float>, into product: UnsafeMutablePointer<Double>) throws {
    var step = distance / dot(v, v, count: count).squareRoot()
    product.update(repeating: 0, count: count)
    var (norm, _) = try takeDifference(v, step: step, into: product)
    for halving in 0...halvings {
      step /= 2
      let (half, change) = try takeDifference(v, step: step, into: product)
      // Written so that NaN is refused as well.
      if change <= Self.tolerance * norm && norm.isFinite { return }
      if halving == halvings {
        throw LandscapeError.unstableProduct(norm: norm, normAtHalfStep: half, difference: change)
      }
      norm = half
    }
  }

  /// Writes the product by one step.
  ///
  /// - Returns: its norm, and how far it is from what `product` held.
  private func takeDifference(
    _ v: UnsafePointer<Float>, step: Double, into product: UnsafeMutablePointer<Double>
  ) throws -> (norm: Double, change: Double) {
    let base = parameters.base
    for (step, target) in [(step, above), (-step, below)] {
      forEachPlace { i, place in point.pointer[place] = Float(Double(base[place]) + step * Double(v[i])) }
      target.elements.update(repeating: 0)
      try gradient(point.pointer, target.pointer)
    }
    var change = 0.0
    forEachPlace { i, place in
      let value = (Double(above.pointer[place]) - Double(below.pointer[place])) / (2 * step)
      change += (value - product[i]) * (value - product[i])
      product[i] = value
    }
    return (dot(product, product, count: count).squareRoot(), change.squareRoot())
  }

  /// Calls `body` with (0, the first place), (1, the second place), ...
  @inline(__always)
  private func forEachPlace(_ body: (Int, Int) -> Void) {
    var first = 0
    for range in places {
      for i in 0..<range.count { body(first + i, range.lowerBound + i) }
      first += range.count
    }
  }
}

extension HessianProduct {
  /// Fills a vector of the Hessian's size with Gaussian numbers, each of which depends on its place in the flat vector.
  func draw(_ field: RandomField, seed: UInt64, index: UInt32 = 0, into v: UnsafeMutablePointer<Float>) {
    let numbers = field.numbers(seed: seed, index: index)
    var first = 0
    for range in places {
      numbers.fill(v + first, places: range)
      first += range.count
    }
  }
}
