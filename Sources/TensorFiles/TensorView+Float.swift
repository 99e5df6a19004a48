extension TensorView {
  /// The elements as Float32: F16 and BF16 exactly, F64 rounded to nearest.
  func float32() throws -> [Float] {
    try Array(unsafeUninitializedCapacity: entry.elementCount) { buffer, count in
      try copyFloat32(into: UnsafeMutableBufferPointer(rebasing: buffer[..<entry.elementCount]))
      count = entry.elementCount
    }
  }

  /// The same as `float32()`, written to memory for `entry.elementCount` elements, which need not be initialised.
  func copyFloat32(into destination: UnsafeMutableBufferPointer<Float>) throws {
    guard destination.count == entry.elementCount else {
      throw TensorFileError.wrongCount(
        path: path, tensor: entry.name, got: entry.elementCount, expected: destination.count)
    }
    guard let source = bytes.baseAddress, let target = destination.baseAddress else { return }
    switch entry.dtype {
    case .float32: UnsafeMutableRawPointer(target).copyMemory(from: source, byteCount: bytes.count)
    case .float64: Self.convertFloat64(source, into: target, count: destination.count)
    case .float16: Self.convertFloat16(source, into: target, count: destination.count)
    case .bfloat16: Self.convertBFloat16(source, into: target, count: destination.count)
    default: throw wrongType(expected: "a floating-point type (F64 F32 F16 BF16)")
    }
  }

  /// The elements as Float64, exactly.
  func float64() throws -> [Double] {
    guard entry.dtype == .float64 else { return try float32().map(Double.init) }
    return copied(repeating: 0)
  }

  /// The elements in place, if they are Float32 and their address is a multiple of 4.
  func mappedFloat32() -> UnsafeBufferPointer<Float>? {
    guard entry.dtype == .float32, Int(bitPattern: bytes.baseAddress) % MemoryLayout<Float>.alignment == 0 else {
      return nil
    }
    return bytes.bindMemory(to: Float.self)
  }

  /// The bytes as an array of the stored type, of which `zero` is a value.
  func copied<Element: BitwiseCopyable>(repeating zero: Element) -> [Element] {
    var values = [Element](repeating: zero, count: entry.elementCount)
    values.withUnsafeMutableBytes { $0.copyMemory(from: bytes) }
    return values
  }

  private static func convertFloat64(_ source: UnsafeRawPointer, into target: UnsafeMutablePointer<Float>, count: Int) {
    for i in 0..<count {
      target[i] = Float(source.loadUnaligned(fromByteOffset: 8 * i, as: Double.self))
    }
  }

  private static func convertFloat16(_ source: UnsafeRawPointer, into target: UnsafeMutablePointer<Float>, count: Int) {
    for i in 0..<count {
      target[i] = Float(source.loadUnaligned(fromByteOffset: 2 * i, as: Float16.self))
    }
  }

  private static func convertBFloat16(_ source: UnsafeRawPointer, into target: UnsafeMutablePointer<Float>, count: Int)
  {
    for i in 0..<count {
      target[i] = Float(bitPattern: UInt32(source.loadUnaligned(fromByteOffset: 2 * i, as: UInt16.self)) << 16)
    }
  }
}
