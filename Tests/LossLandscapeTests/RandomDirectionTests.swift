import BERT
import LinearAlgebra
import LossLandscape
import Testing

private func norm(_ values: some Sequence<Float>) -> Double {
  values.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
}

@Suite struct RandomDirectionTests {
  private let table: ParameterTable
  /// theta with every number its place's own, and head; the word 3's row is zero.
  private let weights: [Float]

  init() throws {
    table = try TinyBERT().model.table
    var weights = (0..<table.count).map { Float($0 % 17) - 7.5 }
    for i in 12..<16 { weights[i] = 0 }
    self.weights = weights
  }

  /// The direction, and NaN where it writes nothing.
  private func write(
    _ direction: RandomDirection, like weights: [Float]? = nil, team: ThreadTeam = .single
  ) throws -> [Float] {
    let buffer = AlignedBuffer<Float>(count: table.count)
    buffer.elements.update(repeating: .nan)
    let like = parameters(weights ?? self.weights)
    try withExtendedLifetime(like) { try direction.write(table, like: like.base, into: buffer.pointer, team: team) }
    return Array(buffer.elements)
  }

  @Test func filtersHaveTheNormsOfTheirWeights() throws {
    let direction = try write(RandomDirection(seed: 1, index: 0))
    for entry in table.entries where entry.group != .head {
      guard entry.shape.count == 2 else {
        #expect(direction[entry.range].allSatisfy { $0 == 0 })
        continue
      }
      for start in stride(from: entry.range.lowerBound, to: entry.range.upperBound, by: entry.shape[1]) {
        let row = start..<start + entry.shape[1]
        #expect(abs(norm(direction[row]) - norm(weights[row])) < 1e-6 * norm(weights[row]) + 1e-12)
      }
    }
    #expect(direction[12..<16].allSatisfy { $0 == 0 }, "rows of zeros stay")
    #expect(direction[table.head].allSatisfy { $0.isNaN }, "a head is not written")
  }

  @Test func layersHaveTheNormsOfTheirWeights() throws {
    let direction = try write(RandomDirection(seed: 1, index: 0, normalisation: .layer))
    for entry in table.entries where entry.group != .head && entry.shape.count == 2 {
      #expect(abs(norm(direction[entry.range]) / norm(weights[entry.range]) - 1) < 1e-6)
    }
    #expect(direction[12..<16].allSatisfy { $0 != 0 }, "the tensor is scaled as one")
  }

  /// Whatever the normalisation, the length is that of the weights that move.
  @Test func lengthsAreEqual() throws {
    let matrices = table.entries.filter { $0.group != .head && $0.shape.count == 2 }.flatMap { weights[$0.range] }
    for normalisation in [RandomDirection.Normalisation.filter, .layer, .whole] {
      var direction = RandomDirection(seed: 1, index: 0, normalisation: normalisation)
      #expect(abs(norm(try write(direction)[table.encoder]) / norm(matrices) - 1) < 1e-6)
      direction.includesVectors = true
      #expect(abs(norm(try write(direction)[table.encoder]) / norm(weights[table.encoder]) - 1) < 1e-6)
    }
  }

  /// A vector is one filter.
  @Test func vectorsMoveWhenIncluded() throws {
    let direction = try write(RandomDirection(seed: 1, index: 0, includesVectors: true))
    for entry in table.entries where entry.shape.count == 1 && entry.group != .head {
      #expect(abs(norm(direction[entry.range]) / norm(weights[entry.range]) - 1) < 1e-6)
      #expect(Set(direction[entry.range]).count == entry.range.count)
    }
  }

  /// Normalisations scale the same draw; the draw depends on the place alone.
  @Test func drawsAreKeyed() throws {
    let filter = try write(RandomDirection(seed: 1, index: 0))
    let whole = try write(RandomDirection(seed: 1, index: 0, normalisation: .whole, includesVectors: true))
    for i in table.encoder where filter[i] != 0 { #expect((filter[i] < 0) == (whole[i] < 0)) }
    #expect(filter[table.encoder] == (try write(RandomDirection(seed: 1, index: 0)))[table.encoder])
    let team = try ThreadTeam(count: 3)
    #expect(filter[table.encoder] == (try write(RandomDirection(seed: 1, index: 0), team: team))[table.encoder])
    for other in [RandomDirection(seed: 2, index: 0), RandomDirection(seed: 1, index: 1)] {
      #expect(try write(other)[0] != filter[0])
    }
  }

  @Test func weightsOfNoLengthAreErrors() {
    for value in [Float.zero, .nan, .infinity] {
      #expect(throws: LandscapeError.self) {
        try write(RandomDirection(seed: 1, index: 0), like: weights.map { _ in value })
      }
    }
  }
}

@Suite struct OrthogonalDirectionTests {
  private func orthogonalise(_ second: [Float], against first: [Float]) throws -> [Float] {
    let buffer = AlignedBuffer<Float>(count: second.count)
    for (i, value) in second.enumerated() { buffer.pointer[i] = value }
    let first = parameters(first)
    try withExtendedLifetime(first) {
      try RandomDirection.orthogonalise(buffer.pointer, against: first.base, count: second.count)
    }
    return Array(buffer.elements)
  }

  /// (3, 4) without what lies along (1, 0), and (1, 2, 3) without (2, 2, 2).
  @Test func byHand() throws {
    #expect(try orthogonalise([3, 4], against: [1, 0]) == [0, 4])
    #expect(try orthogonalise([1, 2, 3], against: [1, 1, 1]) == [-1, 0, 1])
  }

  /// As stored in Float32, also for directions that are nearly parallel.
  @Test(arguments: [1.0, 0.1, 1e-3, 1e-5])
  func cosineIsBelowAMillionth(angle: Double) throws {
    let first = gaussian(10_007, seed: 1)
    let second = zip(first, gaussian(10_007, seed: 2)).map { Float(Double($0) + angle * Double($1)) }
    let third = try orthogonalise(second, against: first)
    let product = zip(first, third).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
    #expect(abs(product / (norm(first) * norm(third))) < 1e-7)
    #expect(abs(norm(third) / (angle * 100) - 1) < 0.05)
  }

  /// Places that both leave at zero stay.
  @Test func zerosStay() throws {
    #expect(try orthogonalise([0, 1, 1], against: [0, 1, 0]) == [0, 0, 1])
  }

  @Test func parallelDirectionsAreErrors() {
    #expect(throws: LandscapeError.self) { try orthogonalise([1, 2], against: [-2, -4]) }
    #expect(throws: LandscapeError.self) { try orthogonalise([1, 2], against: [0, 0]) }
  }
}
