import BERT
import LinearAlgebra
import LossLandscape
import Testing

/// |x - y| <= tolerance, number by number. Differences of Float32 gradients are good to some 1e-4.
func isClose(_ x: [Double], _ y: [Double], _ tolerance: Double = 1e-3) -> Bool {
  x.count == y.count && zip(x, y).allSatisfy { abs($0 - $1) <= tolerance }
}

@Suite struct HessianProductTests {
  /// [[2, 1], [1, -3]] (1, 0) = (2, 1), and so on.
  @Test func quadraticByHand() throws {
    let hessian = quadratic([[2, 1], [1, -3]])
    #expect(hessian.count == 2)
    #expect(isClose(try multiply(hessian, [1, 0]), [2, 1]))
    #expect(isClose(try multiply(hessian, [0, 1]), [1, -3]))
    #expect(isClose(try multiply(hessian, [2, 4]), [8, -10]))
    // The step follows from the vector's length, so long and short ones do as well.
    #expect(isClose(try multiply(hessian, [2000, 4000]).map { $0 / 1000 }, [8, -10]))
    #expect(isClose(try multiply(hessian, [0.002, 0.004]).map { $0 * 1000 }, [8, -10]))
  }

  @Test func zeroHessianGivesExactZeros() throws {
    #expect(try multiply(quadratic([[0, 0], [0, 0]]), [1, 1]) == [0, 0])
  }

  /// Of [[1, 2, 3, 4], [2, 5, 6, 7], [3, 6, 8, 9], [4, 7, 9, 10]] the rows and columns 0, 2 and 3.
  @Test func restrictionIsTheSubmatrix() throws {
    let a: [[Double]] = [[1, 2, 3, 4], [2, 5, 6, 7], [3, 6, 8, 9], [4, 7, 9, 10]]
    let hessian = quadratic(a, places: [0..<1, 1..<1, 2..<4])
    #expect(hessian.count == 3)
    #expect(isClose(try multiply(hessian, [1, 0, 0]), [1, 3, 4]))
    #expect(isClose(try multiply(hessian, [1, -1, 2]), [6, 13, 15]))
    // A second vector finds the places where the first left them.
    #expect(isClose(try multiply(hessian, [1, 0, 0]), [1, 3, 4]))
  }

  /// J = |x - 1| at x = 1: the difference of gradients is 2 whatever the step, so half the step doubles the product.
  @Test(arguments: [0, 5]) func kinkIsRefused(halvings: Int) throws {
    var calls = 0
    let hessian = HessianProduct(at: parameters([1]), encoder: 0..<1, halvings: halvings) { theta, gradient in
      calls += 1
      gradient[0] += theta[0] > 1 ? 1 : -1
    }
    let error = try #require(throws: LandscapeError.self) { try multiply(hessian, [1]) }
    guard case .unstableProduct(let norm, let half, let difference) = error else {
      Issue.record("\(error)")
      return
    }
    let first = 1000 * Double(1 << halvings)
    #expect(abs(norm / first - 1) < 1e-9 && abs(half / first - 2) < 1e-9 && abs(difference / first - 1) < 1e-9)
    #expect(calls == 4 + 2 * halvings)
  }

  /// J = (x - 1)^4 / 12 + (x - 1)^2 / 2 at x = 1 is 1 + h^2 / 3 by step h: 4/3 for h = 1 and 13/12 for h = 1/2 lie apart,
  /// 49/48 for h = 1/4 is as near as is asked for.
  @Test func halvingFindsTheStep() throws {
    func hessian(halvings: Int) -> HessianProduct {
      HessianProduct(at: parameters([1]), encoder: 0..<1, relativeStep: 1, halvings: halvings) { theta, gradient in
        let x = theta[0] - 1
        gradient[0] += x * x * x / 3 + x
      }
    }
    #expect(throws: LandscapeError.self) { try multiply(hessian(halvings: 0), [1]) }
    #expect(isClose(try multiply(hessian(halvings: 2), [1]), [193 / 192]))
  }

  @Test func notANumberIsRefused() {
    let hessian = HessianProduct(at: parameters([1, 2]), encoder: 0..<2) { _, gradient in gradient[1] = .nan }
    #expect(throws: LandscapeError.self) { try multiply(hessian, [1, 1]) }
    #expect(throws: LandscapeError.self) { try multiply(quadratic([[1]]), [0]) }
  }

  @Test func errorsOfTheGradientPass() {
    let hessian = HessianProduct(at: parameters([1]), encoder: 0..<1) { _, _ in
      throw LandscapeError.zeroDirection(name: "x")
    }
    #expect(throws: LandscapeError.zeroDirection(name: "x")) { try multiply(hessian, [1]) }
  }

  /// Heads count neither in |theta| nor in the product, and stand where they are.
  @Test func headsStay() throws {
    let hessian = HessianProduct(at: parameters([3, 4, 1e6]), encoder: 0..<2) { point, gradient in
      #expect(point[2] == 1e6)
      #expect(abs(abs(point[0] - 3) - 0.005) < 1e-5 || abs(abs(point[0] - 3) - 0.0025) < 1e-5)
      gradient[0] += point[0]
      gradient[2] += 7
    }
    #expect(isClose(try multiply(hessian, [1, 0]), [1, 0]))
  }

  @Test func messageNamesBothNorms() {
    let text = LandscapeError.unstableProduct(norm: 1.5, normAtHalfStep: 2.5, difference: 1.25).description
    #expect(["1.5", "2.5", "1.25", "0.05"].allSatisfy { text.contains($0) })
    #expect(!text.contains("\n"))
  }
}
