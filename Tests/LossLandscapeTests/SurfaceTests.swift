import LossLandscape
import Testing

/// Losses that are known everywhere: what a surface must look like.
@Suite struct SurfaceTests {
  /// J = (x - 1)^2 + 2 (y - 1)^2 + 3 (z - 1)^2 from theta0 = (1, 2, -1) along d1 = (3, 4, 0) and d2 = (0, 6, 8):
  /// s = 1/2, so f(a, b) = 9 a^2 + 2 (1 + 4 a + 3 b)^2 + 3 (4 b - 2)^2 = 41 a^2 + 66 b^2 + 48 a b + 16 a - 36 b + 14.
  @Test func quadraticLossHasItsKnownSurface() throws {
    let plane = try plane([1, 2, -1], [4, 6, -1], [1, 8, 7])
    let axes = try Axes(plane)
    #expect(axes.length1 == 5 && axes.length2 == 10 && axes.scale == 0.5 && abs(axes.cosine - 0.48) < 1e-15)

    func loss(_ alpha: Double, _ beta: Double) -> Double {
      let theta = place(plane, Combination(alpha: alpha, beta: beta, scale: axes.scale)).map { Double($0) - 1 }
      return theta[0] * theta[0] + 2 * theta[1] * theta[1] + 3 * theta[2] * theta[2]
    }
    let (alphas, betas) = (linspace(-1.5, 1.5, 7), linspace(-1, 1, 5))
    let surface = alphas.map { alpha in betas.map { loss(alpha, $0) } }
    // Rows: a = -1.5 ... 1.5. Columns: b = -1 ... 1. No two of the corners are equal, so no other order passes.
    let expected: [[Double]] = [
      [256.25, 152.75, 82.25, 44.75, 40.25],
      [189, 97.5, 39, 13.5, 21],
      [142.25, 62.75, 16.25, 2.75, 22.25],
      [116, 48.5, 14, 12.5, 44],
      [110.25, 54.75, 32.25, 42.75, 86.25],
      [125, 81.5, 71, 93.5, 149],
      [160.25, 128.75, 130.25, 164.75, 232.25],
    ]
    #expect(surface == expected)
    for alpha in alphas {
      for beta in betas {
        let closed = 41 * alpha * alpha + 66 * beta * beta + 48 * alpha * beta + 16 * alpha - 36 * beta + 14
        #expect(loss(alpha, beta) == closed)
      }
    }
    // theta0 is (0, 0), theta1 is (1, 0), theta2 is (0, 1/s) = (0, 2).
    #expect(surface[3][2] == 14 && surface[5][2] == 71)
    #expect(loss(0, 2) == 14 - 72 + 264)
  }

  /// A quarter of |theta - target|^2 of 3000 numbers on the default axes, linspace(-4, 4, 40), cut to 7 x 5: a quadratic
  /// in (a, b) whose coefficients are inner products in Float64. Float32 rounds theta to 6e-8.
  @Test func quadraticInManyDimensions() throws {
    let (zero, target) = (gaussian(3000, seed: 1), gaussian(3000, seed: 4).map { Double($0) })
    let one = zip(zero, gaussian(3000, seed: 2, scale: 0.3)).map { $0 + $1 }
    let two = zip(zero, gaussian(3000, seed: 3, scale: 0.7)).map { $0 + $1 }
    let plane = try plane(zero, one, two)
    let scale = try Axes(plane).scale
    let d1 = zip(one, zero).map { Double($0) - Double($1) }
    let d2 = zip(two, zero).map { scale * (Double($0) - Double($1)) }
    let r = zip(zero, target).map { Double($0) - $1 }
    func dot(_ x: [Double], _ y: [Double]) -> Double { zip(x, y).reduce(0) { $0 + $1.0 * $1.1 } }

    #expect(abs(dot(d1, d1) / dot(d2, d2) - 1) < 1e-12, "the axes have one scale")
    let axis = linspace(-4, 4, 40)
    for alpha in axis[7..<14] {
      for beta in axis[22..<27] {
        let theta = place(plane, Combination(alpha: alpha, beta: beta, scale: scale))
        let loss = zip(theta, target).reduce(0.0) { $0 + 0.25 * (Double($1.0) - $1.1) * (Double($1.0) - $1.1) }
        let quadratic = alpha * alpha * dot(d1, d1) + beta * beta * dot(d2, d2) + 2 * alpha * beta * dot(d1, d2)
        let closed = 0.25 * (quadratic + 2 * alpha * dot(r, d1) + 2 * beta * dot(r, d2) + dot(r, r))
        #expect(abs(loss / closed - 1) < 1e-7)
      }
    }
  }
}
