import BERT
import LinearAlgebra
import LossLandscape
import Testing

private func values(_ found: HessianEigenvalues) -> [Double] { found.eigenvalues.map(\.value) }

@Suite struct HessianEigenvaluesTests {
  /// [[2, 1], [1, 2]] has 3 and 1.
  @Test func byHand() throws {
    let found = try HessianEigenvalues(quadratic([[2, 1], [1, 2]]), count: 2, seed: 0)
    #expect(isClose(values(found), [3, 1]))
    #expect(found.steps == 2 && found.isConverged)
    #expect(found.eigenvalues.allSatisfy { $0.residual < 1e-3 })
  }

  /// [[1, 2], [2, -2]] has 2 and -3: the greatest is not the greatest magnitude.
  @Test func indefinite() throws {
    #expect(isClose(values(try HessianEigenvalues(quadratic([[1, 2], [2, -2]]), count: 1, seed: 0)), [2]))
    #expect(isClose(values(try HessianEigenvalues(quadratic([[1, 2], [2, -2]]), count: 2, seed: 0)), [2, -3]))
    #expect(
      isClose(values(try HessianEigenvalues(quadratic([[-4, 0], [0, -9]]), count: 2, seed: 0)), [-4, -9], 5e-3))
  }

  @Test func smallAndZero() throws {
    let one = try HessianEigenvalues(quadratic([[7]]), count: 3, seed: 0)
    #expect(isClose(values(one), [7]))
    #expect(one.isConverged && one.steps == 1)
    let zero = try HessianEigenvalues(quadratic([[0, 0], [0, 0]]), count: 1, seed: 0)
    #expect(values(zero) == [0] && zero.isConverged)
  }

  /// Rows and columns 0 and 2 of a matrix: [[2, 1], [1, 2]] again.
  @Test func restriction() throws {
    let a: [[Double]] = [[2, 5, 1], [5, 9, -5], [1, -5, 2]]
    #expect(isClose(values(try HessianEigenvalues(quadratic(a, places: [0..<1, 2..<3]), count: 2, seed: 0)), [3, 1]))
  }

  /// Ten places from 1 to 10^-2 and a block [[0, 3], [3, 0]]: 3 and -3 stand out at both ends.
  @Test func fewStepsFindWhatStandsOut() throws {
    var a = [[Double]](repeating: [Double](repeating: 0, count: 40), count: 40)
    for i in 0..<38 { a[i][i] = Double(i) / 38 }
    (a[38][39], a[39][38]) = (3, 3)
    let found = try HessianEigenvalues(quadratic(a), count: 1, seed: 1, tolerance: 1e-2)
    #expect(isClose(values(found), [3]))
    #expect(found.isConverged && found.steps < 20)
    // Residuals bound the distance to an eigenvalue; a search that is cut short says so.
    let short = try HessianEigenvalues(quadratic(a), count: 1, seed: 1, maximumSteps: 3)
    #expect(!short.isConverged && short.steps == 3)
    let first = try #require(short.eigenvalues.first)
    #expect(first.value < 3 && first.residual > 0.01)
    let spectrum = (0..<38).map { Double($0) / 38 } + [3, -3]
    #expect(spectrum.contains { abs($0 - first.value) <= first.residual })
  }

  @Test func seedsAgreeAndRepeat() throws {
    let a: [[Double]] = [[4, 1, 0, 0], [1, 3, 1, 0], [0, 1, 2, 1], [0, 0, 1, 1]]
    let found = try HessianEigenvalues(quadratic(a), count: 2, seed: 1)
    #expect(found == (try HessianEigenvalues(quadratic(a), count: 2, seed: 1)))
    let other = try HessianEigenvalues(quadratic(a), count: 2, seed: 2)
    #expect(found != other && isClose(values(found), values(other)))
  }

  /// The number of threads changes no bit. 10 000 places are three blocks.
  @Test func threadsChangeNothing() throws {
    let count = 10_000
    let theta = parameters([Float](repeating: 1, count: count))
    func found(_ team: ThreadTeam) throws -> HessianEigenvalues {
      let hessian = HessianProduct(at: theta, encoder: 0..<count) { theta, gradient in
        for i in 0..<count { gradient[i] += theta[i] * (i == 5000 ? 8 : Float(i % 7)) }
      }
      return try HessianEigenvalues(hessian, count: 2, seed: 0, team: team)
    }
    let single = try found(.single)
    #expect(isClose(values(single), [8, 6], 1e-2))
    #expect(single == (try found(try ThreadTeam(count: 3))))
  }
}

/// Against the Hessian of a BERT in full.
@Suite struct HessianOfBERTTests {
  private let tiny: TinyBERT
  private let full: [[Double]]

  init() throws {
    tiny = try TinyBERT()
    full = try tiny.hessian()
  }

  private func product(_ groups: Set<ParameterTable.Group>? = nil, everywhere: Bool = false) throws -> HessianProduct {
    let gradient = try tiny.gradient()
    return HessianProduct(
      at: tiny.parameters, encoder: tiny.model.table.encoder, places: everywhere ? nil : gradient.places(of: groups)
    ) { gradient.add($0, to: $1) }
  }

  private func eigenvalues(_ places: [Int]) throws -> [Double] {
    let matrix = places.flatMap { i in places.map { full[i][$0] } }
    return try SymmetricEigenDecomposition(matrix, size: places.count).values.reversed()
  }

  /// Rounding and the step make the top ones differ by some 1e-3 of the greatest.
  @Test func eigenvaluesAgree() throws {
    let expected = try eigenvalues(Array(tiny.model.table.encoder))
    let scale = expected[0]
    #expect(scale > 0.1 && expected[expected.count - 1] < -1e-3 * scale, "a Hessian of both signs")
    for everywhere in [false, true] {
      let found = try HessianEigenvalues(product(everywhere: everywhere), count: 4, seed: 3)
      #expect(found.isConverged && found.steps < 60)
      #expect(isClose(values(found), Array(expected[0..<4]), 2e-3 * scale))
    }
  }

  /// A layer group's eigenvalues are those of the sub-matrix.
  @Test(arguments: [ParameterTable.Group.embeddings, .layer(0), .pooler])
  func groupsAgree(group: ParameterTable.Group) throws {
    let places = tiny.model.table.entries.filter { $0.group == group }.flatMap { Array($0.range) }
    let expected = try eigenvalues(places)
    let found = try HessianEigenvalues(product([group]), count: 2, seed: 3)
    #expect(isClose(values(found), Array(expected[0..<2]), 2e-3 * expected[0]))
  }

  /// Each probe is z^T H z of the signs that it draws; the mean of many is the trace.
  @Test func traceAgrees() throws {
    let exact = full.indices.reduce(0.0) { $0 + full[$1][$1] }
    let trace = try HessianTrace(product(), probes: 400, seed: 1)
    let error = try #require(trace.standardError)
    #expect(abs(trace.mean - exact) < 4 * error)
    // The variance of a probe is 2 (|H|^2 - |diagonal|^2).
    let squares = full.joined().reduce(0) { $0 + $1 * $1 } - full.indices.reduce(0) { $0 + full[$1][$1] * full[$1][$1] }
    #expect(abs(error / (2 * squares / 400).squareRoot() - 1) < 0.25)
  }
}
