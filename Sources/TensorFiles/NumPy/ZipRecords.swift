/// One uncompressed file of a zip archive, and the records that describe it
/// (https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, section 4.3).
///
/// The records use Zip64 only if a number needs it. All files are dated 1980-01-01, the format's earliest date, so that
/// the same files give the same archive.
package struct ZipEntry {
  /// The name, 1 to 255 bytes of UTF-8.
  package let name: String
  /// The bytes of the file, at least 0.
  package let byteCount: Int
  /// The checksum of the file.
  package let checksum: UInt32
  /// The position of the local header in the archive.
  package let offset: Int

  /// Describes a file whose local header starts at byte `offset` of the archive.
  package init(name: String, byteCount: Int, checksum: UInt32, offset: Int) {
    self.name = name
    self.byteCount = byteCount
    self.checksum = checksum
    self.offset = offset
  }

  /// The record before the file's bytes. Its padding makes them start at a multiple of 64, a cache line, so that arrays
  /// are aligned in the archive as they are in .npy files of their own.
  package var localHeader: [UInt8] {
    var extra: [UInt8] = []
    if byteCount >= Zip.limit32 {
      extra.append(u16: Zip.zip64Tag)
      extra.append(u16: 16)
      extra.append(u64: byteCount)
      extra.append(u64: byteCount)
    }
    let isZip64 = !extra.isEmpty
    let unpadded = offset + 30 + name.utf8.count + extra.count + 6
    let padding = (64 - unpadded % 64) % 64
    extra.append(u16: Zip.alignmentTag)
    extra.append(u16: 2 + padding)
    extra.append(u16: 64)
    extra.append(contentsOf: repeatElement(0, count: padding))

    var record: [UInt8] = []
    record.append(u32: 0x0403_4B50)
    appendDescription(to: &record, isZip64: isZip64, extraByteCount: extra.count)
    return record + Array(name.utf8) + extra
  }

  /// The record in the archive's central directory.
  package var directoryRecord: [UInt8] {
    // In this record a number is present only if it does not fit its own field.
    var large: [UInt8] = []
    if byteCount >= Zip.limit32 {
      large.append(u64: byteCount)
      large.append(u64: byteCount)
    }
    if offset >= Zip.limit32 { large.append(u64: offset) }
    var extra: [UInt8] = []
    if !large.isEmpty {
      extra.append(u16: Zip.zip64Tag)
      extra.append(u16: large.count)
      extra += large
    }

    var record: [UInt8] = []
    record.append(u32: 0x0201_4B50)
    record.append(u16: Zip.unix << 8 | Zip.version64)
    appendDescription(to: &record, isZip64: !large.isEmpty, extraByteCount: extra.count)
    record.append(u16: 0)  // bytes of comment
    record.append(u16: 0)  // disk
    record.append(u16: 0)  // internal attributes
    record.append(u32: 0o100644 << 16)  // a regular file's mode in Unix
    record.append(u32: min(offset, Zip.limit32))
    return record + Array(name.utf8) + extra
  }

  /// The fields that both records share.
  private func appendDescription(to record: inout [UInt8], isZip64: Bool, extraByteCount: Int) {
    record.append(u16: isZip64 ? Zip.version64 : Zip.version)
    record.append(u16: 1 << 11)  // the name is UTF-8
    record.append(u16: 0)  // stored, not compressed
    record.append(u16: 0)  // 00:00:00
    record.append(u16: 0 << 9 | 1 << 5 | 1)  // years since 1980, month, day
    record.append(u32: Int(checksum))
    record.append(u32: min(byteCount, Zip.limit32))  // compressed
    record.append(u32: min(byteCount, Zip.limit32))  // uncompressed
    record.append(u16: name.utf8.count)
    record.append(u16: extraByteCount)
  }
}

/// The end of a zip archive: the records of all files, and where they are.
package enum ZipDirectory {
  /// The bytes from `offset`, the end of the last file, to the end of the archive.
  package static func encoded(_ entries: [ZipEntry], offset: Int) -> [UInt8] {
    var bytes = entries.flatMap(\.directoryRecord)
    let byteCount = bytes.count
    if entries.count >= Zip.limit16 || byteCount >= Zip.limit32 || offset >= Zip.limit32 {
      bytes.append(u32: 0x0606_4B50)
      bytes.append(u64: 44)  // bytes of this record from here
      bytes.append(u16: Zip.unix << 8 | Zip.version64)
      bytes.append(u16: Zip.version64)
      bytes.append(u32: 0)  // disk
      bytes.append(u32: 0)  // disk of the directory
      bytes.append(u64: entries.count)  // on this disk
      bytes.append(u64: entries.count)
      bytes.append(u64: byteCount)
      bytes.append(u64: offset)

      bytes.append(u32: 0x0706_4B50)
      bytes.append(u32: 0)  // disk of the record above
      bytes.append(u64: offset + byteCount)
      bytes.append(u32: 1)  // disks
    }
    bytes.append(u32: 0x0605_4B50)
    bytes.append(u16: 0)  // disk
    bytes.append(u16: 0)  // disk of the directory
    bytes.append(u16: min(entries.count, Zip.limit16))  // on this disk
    bytes.append(u16: min(entries.count, Zip.limit16))
    bytes.append(u32: min(byteCount, Zip.limit32))
    bytes.append(u32: min(offset, Zip.limit32))
    bytes.append(u16: 0)  // bytes of comment
    return bytes
  }
}

private enum Zip {
  /// In a 16-bit field: the number is in the Zip64 record.
  static let limit16 = 0xFFFF
  /// In a 32-bit field: the number is in the Zip64 record.
  static let limit32 = 0xFFFF_FFFF
  /// The system that made the archive. For any other system, `unzip` reads names in a code page, whatever their flag
  /// says.
  static let unix = 3
  /// The version of the format that a reader needs, times ten.
  static let version = 20
  /// The same for Zip64.
  static let version64 = 45
  /// The extra field of large numbers (APPNOTE.TXT 4.5.3).
  static let zip64Tag = 0x0001
  /// The extra field of alignment and padding (Data Stream Alignment, APPNOTE.TXT 4.6).
  static let alignmentTag = 0xA11E
}

extension [UInt8] {
  // All numbers in a zip archive are little-endian.
  fileprivate mutating func append(u16 value: Int) { append(UInt16(value)) }
  fileprivate mutating func append(u32 value: Int) { append(UInt32(value)) }
  fileprivate mutating func append(u64 value: Int) { append(UInt64(value)) }

  private mutating func append(_ value: some FixedWidthInteger) {
    Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
  }
}
