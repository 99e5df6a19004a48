internal import LinearAlgebra

/// The trace of a Hessian, estimated: the mean of z^T H z over vectors z of random signs. [Hutchinson 1990; METHODS 4]
public struct HessianTrace: Sendable, Equatable {
  /// z^T H z of each probe.
  public let probes: [Double]

  /// The estimate.
  public var mean: Double { probes.reduce(0, +) / Double(probes.count) }

  /// The standard error of the estimate; nil for a single probe.
  public var standardError: Double? {
    guard probes.count > 1 else { return nil }
    let mean = mean
    let squares = probes.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (squares / Double(probes.count - 1) / Double(probes.count)).squareRoot()
  }

  /// Estimates the trace; one product a probe. Three flat Float32 vectors are held beside those of `hessian`.
  ///
  /// - Parameters:
  ///   - probes: how many, >= 1. A sign depends on (seed, probe, place) alone.
  /// - Throws: as ``HessianProduct/multiply(_:into:)``.
  public init(_ hessian: HessianProduct, probes count: Int, seed: UInt64) throws {
    precondition(count >= 1, "a trace needs a probe")
    let z = AlignedBuffer<Float>(count: hessian.count)
    let product = AlignedBuffer<Double>(count: hessian.count)
    var probes: [Double] = []
    for probe in 0..<count {
      hessian.draw(.traceProbe, seed: seed, index: UInt32(probe), into: z.pointer)
      for i in 0..<hessian.count { z.pointer[i] = z.pointer[i].sign == .minus ? -1 : 1 }
      try hessian.multiply(z.pointer, into: product.pointer)
      probes.append(dot(product.pointer, z.pointer, count: hessian.count))
    }
    self.probes = probes
  }
}
