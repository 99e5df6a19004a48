public import BERT
internal import LinearAlgebra

/// One principal direction of a trajectory.
public struct PrincipalDirection: Sendable, Equatable {
  /// Of each snapshot, theta0 first, the length along the direction from the final snapshot, whose own is 0; [T].
  public let coordinates: [Double]
  /// The direction, of length 1, as a combination of moves: sum_i coefficients[i] (theta_i - theta_T); [T], the last is 0.
  public let coefficients: [Double]
}

/// The path of a fine-tuning on the plane that shows most of it: PCA of the snapshots' differences to the final one, not
/// mean-centred. [Li et al. 2018, section 7.2; METHODS 3]
///
/// In high dimensions even a random walk puts most of its variance into two components (Antognini and Sohl-Dickstein
/// 2018): a high share is no finding by itself.
public struct PrincipalTrajectory: Sendable, Equatable {
  /// The share of the sum of squares that each component holds: descending, 0 to 1, sum 1; [T - 1].
  public let explainedVariance: [Double]
  /// The first two components; one when all snapshots lie on a line.
  public let directions: [PrincipalDirection]

  /// Decomposes T snapshots, from the T x T matrix of inner products of their differences, in Float64 in a fixed order.
  ///
  /// A direction's sign makes theta0's coordinate negative; should theta0 not lie along it, that of the first snapshot
  /// that does.
  ///
  /// - Parameters:
  ///   - count: T, >= 3.
  ///   - encoder: the places of theta, from the parameter table.
  ///   - snapshot: gives snapshot 0 (theta0) to T - 1 (the final one). Three are held at a time; each is asked for up to T
  ///     times, so it had better be a mapped file.
  /// - Throws: ``LandscapeError/tooFew(what:got:needed:)``; ``LandscapeError/sizesDiffer(got:expected:)``;
  ///   ``LandscapeError/notFinite(what:)`` for a snapshot that has diverged; ``LandscapeError/zeroDirection(name:)`` when
  ///   all snapshots are the final one; `LinearAlgebraError`; whatever `snapshot` throws.
  public init(count: Int, encoder: Range<Int>, snapshot: (Int) throws -> Parameters) throws {
    guard count >= 3 else { throw LandscapeError.tooFew(what: "snapshots", got: count, needed: 3) }
    let size = count - 1
    let products = try Self.innerProducts(count: count, encoder: encoder, snapshot: snapshot)
    let trace = (0..<size).reduce(0) { $0 + products[$1 * size + $1] }
    guard trace > 0 else { throw LandscapeError.zeroDirection(name: "from the final snapshot to the others") }

    // Singular vectors of a symmetric matrix without negative eigenvalues are its eigenvectors.
    let decomposition = try SingularValueDecomposition(products, rows: size, columns: size)
    let sum = decomposition.values.reduce(0, +)
    explainedVariance = decomposition.values.map { $0 / sum }
    // Inner products are rounded in blocks of 1024 numbers; a component below that is not one.
    let floor = decomposition.values[0] * Double(size) * 1024 * Double.ulpOfOne
    directions = decomposition.values.prefix(2).prefix { $0 > floor }.enumerated().map { index, value in
      var vector = (0..<size).map { decomposition.left[$0 * size + index] }
      if let first = vector.first(where: { abs($0) > 1e-8 }), first > 0 { vector = vector.map { -$0 } }
      let length = value.squareRoot()
      return PrincipalDirection(
        coordinates: vector.map { $0 * length } + [0], coefficients: vector.map { $0 / length } + [0])
    }
  }

  /// Writes one of the first two principal directions, formed in Float64 and rounded once.
  ///
  /// - Parameters:
  ///   - index: 0 or 1.
  ///   - length: the direction's length.
  ///   - direction: gets `encoder.count` numbers.
  ///   - encoder, snapshot: as the trajectory was made of.
  /// - Throws: ``LandscapeError/noDirection(reason:)`` where the snapshots lie on a line; whatever `snapshot` throws.
  public func write(
    _ index: Int, length: Double, into direction: UnsafeMutablePointer<Float>, encoder: Range<Int>,
    snapshot: (Int) throws -> Parameters
  ) throws {
    guard directions.indices.contains(index) else {
      throw LandscapeError.noDirection(reason: "all snapshots lie on one line, which has \(directions.count) direction")
    }
    let sum = AlignedBuffer<Double>(count: encoder.count)
    let coefficients = directions[index].coefficients
    let final = try snapshot(coefficients.count - 1)
    for (i, coefficient) in coefficients.dropLast().enumerated() {
      let theta = try snapshot(i)
      withExtendedLifetime((theta, final)) {
        for place in encoder {
          sum.pointer[place] += coefficient * (Double(theta.base[place]) - Double(final.base[place]))
        }
      }
    }
    for place in encoder { direction[place] = Float(length * sum.pointer[place]) }
  }

  /// <theta_i - theta_T, theta_j - theta_T>, [T - 1, T - 1].
  private static func innerProducts(
    count: Int, encoder: Range<Int>, snapshot: (Int) throws -> Parameters
  ) throws -> [Double] {
    func vector(_ index: Int) throws -> Parameters {
      let vector = try snapshot(index)
      guard vector.count >= encoder.upperBound else {
        throw LandscapeError.sizesDiffer(got: vector.count, expected: encoder.count)
      }
      return vector
    }
    let size = count - 1
    let final = try vector(size)
    var products = [Double](repeating: 0, count: size * size)
    for row in 0..<size {
      let rowVector = try vector(row)
      for column in 0...row {
        let columnVector = try column == row ? rowVector : vector(column)
        let product = withExtendedLifetime((rowVector, columnVector, final)) {
          let (x, y, end) = (rowVector.base, columnVector.base, final.base)
          return blockSums(over: [encoder]) { block in
            var sum = 0.0
            for i in block { sum += (Double(x[i]) - Double(end[i])) * (Double(y[i]) - Double(end[i])) }
            return SIMD2(sum, 0)
          }.x
        }
        guard product.isFinite else { throw LandscapeError.notFinite(what: "snapshot \(row) of the trajectory") }
        products[row * size + column] = product
        products[column * size + row] = product
      }
    }
    return products
  }
}
