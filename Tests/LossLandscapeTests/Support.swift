import BERT
import Foundation
import LinearAlgebra
import LossLandscape
import Randomness

/// A flat vector of this process.
func parameters(_ values: [Float]) -> Parameters {
  let buffer = AlignedBuffer<Float>(count: values.count)
  for (i, value) in values.enumerated() { buffer.pointer[i] = value }
  return Parameters(buffer)
}

/// A plane through three vectors that are all theta; `heads` stand behind them.
func plane(_ zero: [Float], _ one: [Float], _ two: [Float], heads: [[Float]] = [[], [], []]) throws -> Plane {
  try Plane(
    theta0: parameters(zero + heads[0]), theta1: parameters(one + heads[1]), theta2: parameters(two + heads[2]),
    encoder: 0..<zero.count)
}

/// theta at a point.
func place(_ plane: Plane, _ point: Combination) -> [Float] {
  let theta = AlignedBuffer<Float>(count: plane.encoder.count)
  plane.place(point, into: theta.pointer)
  return Array(theta.elements)
}

/// Standard normal numbers, the same ones for a seed.
func gaussian(_ count: Int, seed: UInt32, scale: Double = 1) -> [Float] {
  var stream = RandomStream(Philox(seed: 3, purpose: .direction), seed)
  return (0..<count).map { _ in Float(scale * stream.normal()) }
}

/// `count` numbers from `first` to `last`, both included.
func linspace(_ first: Double, _ last: Double, _ count: Int) -> [Double] {
  (0..<count).map { first + (last - first) * Double($0) / Double(count - 1) }
}

/// What tools/fixtures/landscape_fixture.py wrote.
func landscapeFixture(_ name: String) throws -> URL {
  guard let root = Bundle.module.resourceURL else { throw CocoaError(.fileNoSuchFile) }
  return root.appending(path: "Fixtures").appending(path: name)
}
