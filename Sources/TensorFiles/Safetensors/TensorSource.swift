import Glibc

/// Named tensors in safetensors files: a single file, or the shards of a checkpoint.
public protocol TensorSource: Sendable {
  /// The tensors: for a single file in the order of their bytes, for a collection shard by shard.
  var entries: [TensorEntry] { get }

  /// The tensor's entry in the header of its file; nil if there is no tensor of that name.
  func entry(_ name: String) -> TensorEntry?

  /// The file that holds the tensor.
  ///
  /// - Throws: `TensorFileError.missingTensor`.
  func file(holding name: String) throws -> SafetensorsFile
}

extension TensorSource {
  /// The elements of a floating-point tensor, row-major. F16 and BF16 are converted exactly; F64 is rounded to nearest
  /// (infinite beyond Float32's range).
  ///
  /// - Throws: `TensorFileError.missingTensor`, `.wrongType`.
  public func float32(_ name: String) throws -> [Float] {
    try file(holding: name).withTensor(name) { try $0.float32() }
  }

  /// The same as `float32(_:)`, written to memory for exactly the tensor's number of elements, which need not be
  /// initialised.
  ///
  /// - Throws: `TensorFileError.missingTensor`, `.wrongType`, `.wrongCount`.
  public func copyFloat32(_ name: String, into destination: UnsafeMutableBufferPointer<Float>) throws {
    try file(holding: name).withTensor(name) { try $0.copyFloat32(into: destination) }
  }

  /// The elements of a floating-point tensor as Float64, row-major, converted exactly.
  ///
  /// - Throws: `TensorFileError.missingTensor`, `.wrongType`.
  public func float64(_ name: String) throws -> [Double] {
    try file(holding: name).withTensor(name) { try $0.float64() }
  }

  /// The elements of an integer or BOOL tensor, row-major.
  ///
  /// - Throws: `TensorFileError.missingTensor`, `.wrongType`, `.valueOutOfRange` for a U64 above Int64's range.
  public func int64(_ name: String) throws -> [Int64] {
    try file(holding: name).withTensor(name) { try $0.int64() }
  }

  /// The elements of an integer or BOOL tensor, row-major.
  ///
  /// - Throws: `TensorFileError.missingTensor`, `.wrongType`, `.valueOutOfRange` for a value beyond Int32's range.
  public func int32(_ name: String) throws -> [Int32] {
    try file(holding: name).withTensor(name) { try $0.int32() }
  }

  /// Whether two floating-point tensors have the same shape and, as Float32, the same bits.
  ///
  /// - Throws: `TensorFileError.missingTensor`, `.wrongType`.
  public func areEqual(_ first: String, _ second: String) throws -> Bool {
    guard let left = entry(first), let right = entry(second), left.shape == right.shape else { return false }
    guard left.dtype == right.dtype else {
      return try zip(float32(first), float32(second)).allSatisfy { $0.bitPattern == $1.bitPattern }
    }
    return try file(holding: first).withTensor(first) { left in
      try file(holding: second).withTensor(second) { right in
        guard let a = left.bytes.baseAddress, let b = right.bytes.baseAddress else { return true }
        return memcmp(a, b, left.bytes.count) == 0
      }
    }
  }

  /// A Float32 tensor in place, without a copy. Nil if there is no tensor of that name, it has another type, or its
  /// bytes do not start at a multiple of 4.
  ///
  /// The pointer is valid as long as this source or a copy of it lives. Code that keeps the pointer must keep the
  /// source too.
  public func mappedFloat32(_ name: String) -> UnsafeBufferPointer<Float>? {
    try? file(holding: name).withTensor(name) { $0.mappedFloat32() }
  }

  /// The tensor as an array of its own type. For types that `NamedArray` lacks, of a type that holds all values: F16
  /// and BF16 as Float32; I8, I16 and U16 as Int32; U32 and U64 as Int64; BOOL as UInt8.
  ///
  /// - Throws: `TensorFileError.missingTensor`, `.valueOutOfRange` for a U64 above Int64's range.
  public func array(_ name: String) throws -> NamedArray {
    try file(holding: name).withTensor(name) { try $0.array() }
  }
}
