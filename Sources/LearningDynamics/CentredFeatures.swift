/// Features minus the mean of each column, scaled by a unit of their own. No measure in this module depends on scale.
struct CentredFeatures {
  /// N: the number of rows taken.
  let rows: Int
  /// d.
  let columns: Int
  /// [N, d], row-major. The largest magnitude is in 1 ..< 2, so that squares neither overflow nor vanish. All 0 if the
  /// rows are equal.
  let elements: [Double]

  /// Whether any two rows differ.
  var vary: Bool { elements.contains { $0 != 0 } }

  /// Centres features.
  ///
  /// - Parameters:
  ///   - features: [rows, d], row-major, at least one row.
  ///   - columns: d >= 1.
  ///   - selection: the rows to take; nil for all.
  /// - Throws: ``DynamicsError/notFinite(what:)``.
  init(_ features: [Double], columns: Int, rows selection: [Int]? = nil) throws(DynamicsError) {
    let available = features.count / columns
    precondition(available * columns == features.count && available > 0, "features are rows x columns numbers")
    guard features.allSatisfy(\.isFinite) else { throw .notFinite(what: "a feature matrix") }
    let taken = selection ?? Array(0..<available)
    rows = taken.count
    self.columns = columns
    // Scaled before anything is summed, because sums of large numbers overflow.
    let unit = Self.unit(features)
    var centred = [Double](unsafeUninitializedCapacity: taken.count * columns) { buffer, filled in
      for (row, source) in taken.enumerated() {
        for column in 0..<columns { buffer[row * columns + column] = features[source * columns + column] * unit }
      }
      filled = taken.count * columns
    }
    // Twice, because the rounding error of a mean may be larger than what counts as zero, and would then be a
    // direction. In a constant column it is so few units in the last place that the second mean is exact and the column
    // becomes 0.
    for _ in 0..<2 { Self.subtractMeans(&centred, rows: taken.count, columns: columns) }
    let own = Self.unit(centred)
    for index in centred.indices { centred[index] *= own }
    elements = centred
  }

  /// The power of two that brings the largest magnitude into 1 ..< 2, or as near as one factor can; 1 if all are zero.
  private static func unit(_ numbers: [Double]) -> Double {
    var greatest = 0.0
    for number in numbers where number.magnitude > greatest { greatest = number.magnitude }
    return greatest > 0 ? Double(sign: .plus, exponent: min(1023, -Int(greatest.exponent)), significand: 1) : 1
  }

  private static func subtractMeans(_ elements: inout [Double], rows: Int, columns: Int) {
    var means = [Double](repeating: 0, count: columns)
    elements.withUnsafeMutableBufferPointer { elements in
      means.withUnsafeMutableBufferPointer { means in
        for row in 0..<rows {
          for column in 0..<columns { means[column] += elements[row * columns + column] }
        }
        for column in 0..<columns { means[column] /= Double(rows) }
        for row in 0..<rows {
          for column in 0..<columns { elements[row * columns + column] -= means[column] }
        }
      }
    }
  }
}
