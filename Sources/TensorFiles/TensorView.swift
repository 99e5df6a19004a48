/// A tensor's bytes in memory, at any alignment, with their description. Its functions convert them.
struct TensorView {
  let entry: TensorEntry
  /// `entry.byteRange.count` bytes, little-endian. The view does not own them.
  let bytes: UnsafeRawBufferPointer
  /// The file, as named in messages.
  let path: String

  /// The tensor as an array of its own type, or of the narrowest of the five types that holds all its values.
  func array() throws -> NamedArray {
    let elements: NamedArray.Elements =
      switch entry.dtype {
      case .float32, .float16, .bfloat16: .float32(try float32())
      case .float64: .float64(try float64())
      case .int64, .uint64, .uint32: .int64(try int64())
      case .int32, .int16, .int8, .uint16: .int32(try int32())
      case .uint8, .bool: .uint8(Array(bytes))
      }
    return NamedArray(name: entry.name, shape: entry.shape, elements: elements)
  }

  /// An error that states this tensor's type.
  func wrongType(expected: String) -> TensorFileError {
    .wrongType(path: path, tensor: entry.name, got: entry.dtype, expected: expected)
  }
}

#if _endian(big)
  #error("Tensor files are little-endian and are mapped as they are")
#endif
