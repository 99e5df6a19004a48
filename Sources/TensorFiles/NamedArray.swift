/// An array with a name and a shape, row-major. Payloads, exports and result files consist of these.
///
/// Equality compares bytes: a NaN equals itself, and -0 differs from 0.
public struct NamedArray: Sendable, Equatable {
  /// The array's name, unique among the arrays of one file or payload.
  public let name: String
  /// The dimensions, outermost first; empty for a scalar. Their product is `elements.count`.
  public let shape: [Int]
  /// The elements, row-major.
  public let elements: Elements

  /// An array from its parts.
  ///
  /// - Precondition: the product of `shape` is `elements.count`.
  public init(name: String, shape: [Int], elements: Elements) {
    precondition(
      Shape.elementCount(shape) == elements.count,
      "array '\(name)' has shape \(shape) but \(elements.count) elements")
    self.name = name
    self.shape = shape
    self.elements = elements
  }

  /// The name, type and shape.
  public var description: TensorDescription { TensorDescription(name: name, dtype: elements.dtype, shape: shape) }

  /// The elements of an array, of one of five types.
  public enum Elements: Sendable, Equatable {
    /// IEEE 754 binary32.
    case float32([Float])
    /// IEEE 754 binary64.
    case float64([Double])
    /// Signed, 64 bits.
    case int64([Int64])
    /// Signed, 32 bits.
    case int32([Int32])
    /// Unsigned, 8 bits.
    case uint8([UInt8])

    /// The number of elements.
    public var count: Int {
      switch self {
      case .float32(let values): values.count
      case .float64(let values): values.count
      case .int64(let values): values.count
      case .int32(let values): values.count
      case .uint8(let values): values.count
      }
    }

    /// The type of the elements.
    public var dtype: DType {
      switch self {
      case .float32: .float32
      case .float64: .float64
      case .int64: .int64
      case .int32: .int32
      case .uint8: .uint8
      }
    }

    /// Calls `body` with the elements' bytes, little-endian; the pointer is valid during the call.
    public func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
      switch self {
      case .float32(let values): try values.withUnsafeBytes(body)
      case .float64(let values): try values.withUnsafeBytes(body)
      case .int64(let values): try values.withUnsafeBytes(body)
      case .int32(let values): try values.withUnsafeBytes(body)
      case .uint8(let values): try values.withUnsafeBytes(body)
      }
    }

    /// Whether type, count and all bytes are the same.
    public static func == (left: Elements, right: Elements) -> Bool {
      guard left.dtype == right.dtype, left.count == right.count else { return false }
      return left.withUnsafeBytes { leftBytes in
        right.withUnsafeBytes { rightBytes in leftBytes.elementsEqual(rightBytes) }
      }
    }
  }
}
