/// The checksum of zip archives: CRC-32 of the reversed polynomial 0xEDB88320 (APPNOTE.TXT 4.4.7).
package struct CRC32 {
  /// The contribution of each byte value to the remainder.
  private static let table: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { remainder, _ in
      remainder & 1 == 1 ? remainder >> 1 ^ 0xEDB8_8320 : remainder >> 1
    }
  }

  private var remainder: UInt32 = 0xFFFF_FFFF

  /// The checksum of zero bytes.
  package init() {}

  /// The checksum of the bytes so far.
  package var value: UInt32 { ~remainder }

  /// Appends bytes.
  package mutating func update(_ bytes: RawSpan) {
    remainder = Self.table.withUnsafeBufferPointer { table in
      bytes.withUnsafeBytes { bytes in
        bytes.reduce(remainder) { $0 >> 8 ^ table[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] }
      }
    }
  }
}
