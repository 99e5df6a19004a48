internal import JSONReader

extension SafetensorsHeader {
  /// The longest header that the format allows, in bytes.
  private static let longestHeader = 100_000_000

  /// Reads and checks the header of a complete file in memory.
  ///
  /// - Throws: `TensorFileError.truncated`, `.trailingBytes`, `.invalidHeader`, `.invalidTensor`, `.unsupportedType`.
  init(parsing file: UnsafeRawBufferPointer, path: String) throws {
    guard file.count >= 8 else { throw TensorFileError.truncated(path: path, got: file.count, expected: 8) }
    let length = UInt64(littleEndian: file.loadUnaligned(as: UInt64.self))
    guard length <= Self.longestHeader else {
      throw TensorFileError.invalidHeader(
        path: path,
        reason: "expected a length of at most \(Self.longestHeader) bytes, got \(length): "
          + "this is not a safetensors file (a Git LFS pointer or a web page?)")
    }
    let dataOffset = 8 + Int(length)
    guard dataOffset <= file.count else {
      throw TensorFileError.truncated(path: path, got: file.count, expected: dataOffset)
    }
    var metadata: [String: String] = [:]
    var entries: [TensorEntry] = []
    var keys: Set<String> = []
    try JSONScanner.readHeader(file[8..<dataOffset], path: path) { scanner in
      try scanner.object { scanner, key in
        guard keys.insert(key).inserted else {
          throw TensorFileError.invalidTensor(path: path, tensor: key, reason: "is listed twice, expected once")
        }
        if key == Self.metadataKey {
          try scanner.object { metadata[$1] = try $0.string() }
        } else {
          entries.append(try Self.entry(named: key, &scanner, path))
        }
      }
    }
    self.init(entries: try Self.inDataOrder(entries, path), metadata: metadata, dataOffset: dataOffset)

    let expected = dataOffset.addingReportingOverflow(dataCount)
    guard !expected.overflow, expected.partialValue <= file.count else {
      throw TensorFileError.truncated(
        path: path, got: file.count, expected: expected.overflow ? .max : expected.partialValue)
    }
    guard expected.partialValue == file.count else {
      throw TensorFileError.trailingBytes(path: path, got: file.count, expected: expected.partialValue)
    }
  }

  /// Reads `{"dtype": ..., "shape": [...], "data_offsets": [begin, end]}`.
  private static func entry(named name: String, _ scanner: inout JSONScanner, _ path: String) throws -> TensorEntry {
    var type: String?
    var shape: [Int]?
    var offsets: [Int]?
    try scanner.object { scanner, key in
      func integers() throws -> [Int] {
        var values: [Int] = []
        try scanner.array { values.append(try $0.integer()) }
        return values
      }
      switch key {
      case "dtype": type = try scanner.string()
      case "shape": shape = try integers()
      case "data_offsets": offsets = try integers()
      default: throw scanner.failure("dtype, shape or data_offsets of tensor '\(name)' instead of \(key)")
      }
    }
    func invalid(_ reason: String) -> TensorFileError { .invalidTensor(path: path, tensor: name, reason: reason) }
    guard let type, let shape, let offsets else { throw invalid("lacks one of dtype, shape, data_offsets") }
    guard let dtype = DType(rawValue: type) else {
      throw TensorFileError.unsupportedType(path: path, tensor: name, type: type)
    }
    guard let byteCount = Shape.byteCount(shape, dtype) else {
      throw invalid("has shape \(shape), expected dimensions of at least 0 and a size below 2^63 bytes")
    }
    guard offsets.count == 2, 0 <= offsets[0], offsets[0] <= offsets[1] else {
      throw invalid("has data_offsets \(offsets), expected [begin, end] with 0 <= begin <= end")
    }
    guard offsets[1] - offsets[0] == byteCount else {
      throw invalid(
        "has \(offsets[1] - offsets[0]) bytes, expected \(byteCount) for shape \(shape) and type \(type)")
    }
    return TensorEntry(name: name, dtype: dtype, shape: shape, byteRange: offsets[0]..<offsets[1])
  }

  /// The entries sorted by position. Checks that they start at 0 and follow each other without gaps or overlaps.
  private static func inDataOrder(_ entries: [TensorEntry], _ path: String) throws -> [TensorEntry] {
    let sorted = entries.enumerated().sorted { left, right in
      (left.element.byteRange.lowerBound, left.element.byteRange.upperBound, left.offset)
        < (right.element.byteRange.lowerBound, right.element.byteRange.upperBound, right.offset)
    }.map(\.element)
    var end = 0
    for entry in sorted {
      guard entry.byteRange.lowerBound == end else {
        let fault = entry.byteRange.lowerBound > end ? "a gap before it" : "an overlap with the tensor before it"
        throw TensorFileError.invalidTensor(
          path: path, tensor: entry.name,
          reason: "starts at byte \(entry.byteRange.lowerBound), expected \(end): \(fault)")
      }
      end = entry.byteRange.upperBound
    }
    return sorted
  }
}
