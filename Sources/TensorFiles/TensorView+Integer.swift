extension TensorView {
  /// The elements of an integer or BOOL tensor; a U64 value above Int64's range is an error.
  func int64() throws -> [Int64] {
    switch entry.dtype {
    case .int64: copied(repeating: 0)
    case .int32: try widened(from: Int32.self)
    case .int16: try widened(from: Int16.self)
    case .int8: try widened(from: Int8.self)
    case .uint8, .bool: try widened(from: UInt8.self)
    case .uint16: try widened(from: UInt16.self)
    case .uint32: try widened(from: UInt32.self)
    case .uint64: try widened(from: UInt64.self)
    case .float64, .float32, .float16, .bfloat16: throw wrongType(expected: "an integer type")
    }
  }

  /// The elements of an integer or BOOL tensor; a value beyond Int32's range is an error.
  func int32() throws -> [Int32] {
    if entry.dtype == .int32 { return copied(repeating: 0) }
    return try int64().map { value in
      guard let narrow = Int32(exactly: value) else { throw outOfRange(value, "Int32") }
      return narrow
    }
  }

  // Generic, because integers are labels and positions, never weights: no hot loop uses this.
  private func widened<Stored: FixedWidthInteger & BitwiseCopyable>(from type: Stored.Type) throws -> [Int64] {
    try (0..<entry.elementCount).map { i in
      let value = bytes.loadUnaligned(fromByteOffset: i * MemoryLayout<Stored>.size, as: type)
      guard let wide = Int64(exactly: value) else { throw outOfRange(value, "Int64") }
      return wide
    }
  }

  private func outOfRange(_ value: some FixedWidthInteger, _ type: String) -> TensorFileError {
    .valueOutOfRange(path: path, tensor: entry.name, value: String(value), type: type)
  }
}
