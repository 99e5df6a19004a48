/// The element types that are supported in tensor files, all little-endian. The raw value is the name in a safetensors
/// header.
///
/// Other types of the format (`F8_E4M3`, `F4`, `C64`, ...) are rejected by name when a file is opened.
public enum DType: String, Sendable, CaseIterable {
  /// IEEE 754 binary64.
  case float64 = "F64"
  /// IEEE 754 binary32.
  case float32 = "F32"
  /// IEEE 754 binary16.
  case float16 = "F16"
  /// The upper half of a binary32: 8 exponent bits, 7 fraction bits.
  case bfloat16 = "BF16"
  /// Signed, 64 bits.
  case int64 = "I64"
  /// Signed, 32 bits.
  case int32 = "I32"
  /// Signed, 16 bits.
  case int16 = "I16"
  /// Signed, 8 bits.
  case int8 = "I8"
  /// Unsigned, 8 bits.
  case uint8 = "U8"
  /// Unsigned, 16 bits.
  case uint16 = "U16"
  /// Unsigned, 32 bits.
  case uint32 = "U32"
  /// Unsigned, 64 bits.
  case uint64 = "U64"
  /// One byte per element, 0 or 1.
  case bool = "BOOL"

  /// Bytes per element: 1, 2, 4 or 8.
  public var byteCount: Int {
    switch self {
    case .float64, .int64, .uint64: 8
    case .float32, .int32, .uint32: 4
    case .float16, .bfloat16, .int16, .uint16: 2
    case .int8, .uint8, .bool: 1
    }
  }
}

/// Arithmetic on shapes from files, which may contain any numbers.
enum Shape {
  /// The product of `shape` (1 for the empty shape of a scalar); nil if a dimension is negative or the product exceeds
  /// Int.
  static func elementCount(_ shape: [Int]) -> Int? {
    var count = 1
    for dimension in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: dimension)
      guard dimension >= 0, !overflow else { return nil }
      count = product
    }
    return count
  }

  /// The size in bytes of a tensor of `shape` and `dtype`; nil if a dimension is negative or the size exceeds Int.
  static func byteCount(_ shape: [Int], _ dtype: DType) -> Int? {
    elementCount(shape + [dtype.byteCount])
  }
}
