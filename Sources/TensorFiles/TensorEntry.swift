/// What a tensor is called and how it is stored, before it has a place in a file.
public struct TensorDescription: Sendable, Hashable {
  /// The tensor's name, unique in its file.
  public let name: String
  /// The type of the elements.
  public let dtype: DType
  /// The dimensions, outermost first; empty for a scalar. Each is at least 0.
  public let shape: [Int]

  /// Describes a tensor; the shape is checked when a file is made from the description.
  public init(name: String, dtype: DType, shape: [Int]) {
    self.name = name
    self.dtype = dtype
    self.shape = shape
  }
}

/// A tensor's row in the table of contents of a file.
public struct TensorEntry: Sendable, Hashable {
  /// The tensor's name, unique in its file.
  public let name: String
  /// The type of the elements.
  public let dtype: DType
  /// The dimensions, outermost first; empty for a scalar. Each is at least 0.
  public let shape: [Int]
  /// The bytes that the elements take within the file's data section.
  public let byteRange: Range<Int>

  /// The number of elements, the product of `shape`.
  public var elementCount: Int { byteRange.count / dtype.byteCount }
}
