internal import Foundation
internal import Sweep

/// Measurements as two columns of a row: names in lines, and numbers as 8 bytes each, the lowest first.
struct MeasurementColumns {
  let names: String
  let numbers: Data

  init(_ measurements: Measurements) {
    names = measurements.names.joined(separator: "\n")
    numbers = Data(
      measurements.numbers.flatMap { number in
        // One NaN for all.
        let bits = (number.isNaN ? Double.nan : number).bitPattern
        return (0..<8).map { UInt8(truncatingIfNeeded: bits >> (8 * $0)) }
      })
  }

  /// Reads many rows: most have the same names, which are kept once.
  struct Reader {
    private var known: [String: [String]] = [:]

    /// nil for columns that do not fit together.
    mutating func read(names: String, numbers: Data) -> Measurements? {
      guard !names.isEmpty else { return numbers.isEmpty ? Measurements() : nil }
      let list: [String]
      if let earlier = known[names] {
        list = earlier
      } else {
        list = names.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        known[names] = list
      }
      guard numbers.count == 8 * list.count else { return nil }
      let values = numbers.withUnsafeBytes { bytes in
        list.indices.map {
          Double(bitPattern: UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8 * $0, as: UInt64.self)))
        }
      }
      return Measurements(names: list, numbers: values)
    }
  }
}
