/// The bytes of a text, or of a part that starts and ends at scalar boundaries. Always valid UTF-8, because they come
/// from a `String`.
typealias UTF8Bytes = UnsafeBufferPointer<UInt8>

/// Decodes the scalar that starts at a lead byte of valid UTF-8.
/// - Returns: the scalar's value, and its length in bytes (1 to 4).
@inline(__always)
func scalar(in bytes: UTF8Bytes, at index: Int) -> (value: UInt32, length: Int) {
  let lead = UInt32(bytes[index])
  if lead < 0x80 { return (lead, 1) }
  let second = UInt32(bytes[index + 1]) & 0x3F
  if lead < 0xE0 { return ((lead & 0x1F) << 6 | second, 2) }
  let third = UInt32(bytes[index + 2]) & 0x3F
  if lead < 0xF0 { return ((lead & 0x0F) << 12 | second << 6 | third, 3) }
  return ((lead & 0x07) << 18 | second << 12 | third << 6 | UInt32(bytes[index + 3]) & 0x3F, 4)
}

/// Whether the byte starts a scalar.
@inline(__always)
func isScalarStart(_ byte: UInt8) -> Bool { byte & 0xC0 != 0x80 }

/// The start of the scalar that ends before `end` >= 1, in valid UTF-8.
func scalarStart(before end: Int, in bytes: UTF8Bytes) -> Int {
  var start = end - 1
  while start > 0, !isScalarStart(bytes[start]) { start -= 1 }
  return start
}

extension [UInt8] {
  /// Appends the UTF-8 form of a scalar value.
  mutating func append(scalar value: UInt32) {
    func trailing(_ shift: UInt32) -> UInt8 { 0x80 | UInt8(value >> shift & 0x3F) }
    switch value {
    case ..<0x80: append(UInt8(value))
    case ..<0x800: append(contentsOf: [0xC0 | UInt8(value >> 6), trailing(0)])
    case ..<0x10000: append(contentsOf: [0xE0 | UInt8(value >> 12), trailing(6), trailing(0)])
    default: append(contentsOf: [0xF0 | UInt8(value >> 18), trailing(12), trailing(6), trailing(0)])
    }
  }
}
