import BERT
import Foundation
import LinearAlgebra
import TensorFiles

/// What tools/fixtures/bert_reference.py made.
enum Fixture {
  static func directory(_ path: String) throws -> URL {
    guard let root = Bundle.module.resourceURL else { throw CocoaError(.fileNoSuchFile) }
    return root.appending(path: "Fixtures").appending(path: path)
  }

  static func file(_ path: String) throws -> SafetensorsFile { try SafetensorsFile(directory(path)) }

  /// The packed inputs of a reference file.
  static func batch(_ file: SafetensorsFile, sequences: [Int]? = nil) throws -> PackedBatch {
    let tokens = try file.int32("input_ids")
    let segments = try file.int64("token_type_ids").map { UInt8($0) }
    let offsets = try file.int64("offsets").map { Int($0) }
    // As narrow as they can be: every model that knows these tokens reads them.
    let lengths = zip(offsets, offsets.dropFirst()).map { $1 - $0 }
    var batch = PackedBatch(
      InputLimits(
        vocabularySize: 1 + Int(tokens.max() ?? 0), maximumPositions: lengths.max() ?? 1,
        segmentTypes: 1 + Int(segments.max() ?? 0)))
    for i in sequences ?? Array(0..<offsets.count - 1) {
      try batch.append(tokens: tokens[offsets[i]..<offsets[i + 1]], segments: segments[offsets[i]..<offsets[i + 1]])
    }
    return batch
  }
}

/// The greatest absolute difference; infinite where one is not a number.
func maximumDifference(_ got: some Collection<Float>, _ expected: some Collection<Double>) -> Double {
  precondition(got.count == expected.count, "\(got.count) and \(expected.count) numbers")
  return zip(got, expected).reduce(0) { greatest, pair in
    let difference = abs(Double(pair.0) - pair.1)
    return difference.isNaN ? .infinity : max(greatest, difference)
  }
}
