/// A tensor's name, type and shape, before it has a position in a file.
public struct TensorDescription: Sendable, Hashable {
  /// The tensor's name, unique in its file.
  public let name: String
  /// The type of the elements.
  public let dtype: DType
  /// The dimensions, outermost first; empty for a scalar. Each is at least 0.
  public let shape: [Int]

  /// Describes a tensor. The shape is checked when a file is created from the description.
  public init(name: String, dtype: DType, shape: [Int]) {
    self.name = name
    self.dtype = dtype
    self.shape = shape
  }
}

/// A tensor's entry in a file's header.
public struct TensorEntry: Sendable, Hashable {
  /// The tensor's name, unique in its file.
  public let name: String
  /// The type of the elements.
  public let dtype: DType
  /// The dimensions, outermost first; empty for a scalar. Each is at least 0.
  public let shape: [Int]
  /// The range of the elements' bytes in the file's data section.
  public let byteRange: Range<Int>

  /// The number of elements, the product of `shape`.
  public var elementCount: Int { byteRange.count / dtype.byteCount }
}
