import TensorFiles
import Testing

/// Zip64: the records of files and archives too large for a test. NumPyArchiveTests covers small ones.
@Suite struct ZipRecordsTests {
  private let fiveGiB = 5 << 30
  private let fiveGiBBytes: [UInt8] = [0, 0, 0, 0x40, 1, 0, 0, 0]
  private let full: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFF]

  private func entry(byteCount: Int = 7, offset: Int = 0) -> ZipEntry {
    ZipEntry(name: "a.npy", byteCount: byteCount, checksum: 0x0403_0201, offset: offset)
  }

  @Test func theLocalHeaderOfALargeFileHasBothSizes() {
    let header = entry(byteCount: fiveGiB).localHeader
    #expect(
      header
        == [0x50, 0x4B, 3, 4, 45, 0, 0, 8, 0, 0, 0, 0, 0x21, 0, 1, 2, 3, 4] + full + full + [5, 0, 29, 0]
        + Array("a.npy".utf8) + [1, 0, 16, 0] + fiveGiBBytes + fiveGiBBytes
        + [0x1E, 0xA1, 5, 0, 64, 0, 0, 0, 0])
    #expect(header.count == 64)
  }

  @Test func theDirectoryRecordHasOnlyWhatIsLarge() {
    let start: [UInt8] = [0x50, 0x4B, 1, 2, 45, 3, 45, 0, 0, 8, 0, 0, 0, 0, 0x21, 0, 1, 2, 3, 4]
    let end: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0xA4, 0x81]
    let name = Array("a.npy".utf8)
    #expect(
      entry(byteCount: fiveGiB, offset: 9).directoryRecord
        == start + full + full + [5, 0, 20, 0] + end + [9, 0, 0, 0] + name + [1, 0, 16, 0] + fiveGiBBytes
        + fiveGiBBytes)
    #expect(
      entry(offset: fiveGiB).directoryRecord
        == start + [7, 0, 0, 0, 7, 0, 0, 0, 5, 0, 12, 0] + end + full + name + [1, 0, 8, 0] + fiveGiBBytes)
    #expect(
      entry(byteCount: fiveGiB, offset: fiveGiB).directoryRecord
        == start + full + full + [5, 0, 28, 0] + end + full + name + [1, 0, 24, 0] + fiveGiBBytes + fiveGiBBytes
        + fiveGiBBytes)
  }

  /// 0xFFFFFFFF itself means "look in the Zip64 field".
  @Test func theLargestSmallNumber() {
    let small = 0xFFFF_FFFE
    #expect(entry(byteCount: small, offset: small).directoryRecord.count == 46 + 5)
    #expect(entry(byteCount: small + 1, offset: small).directoryRecord.count == 46 + 5 + 4 + 16)
    #expect(entry(byteCount: small, offset: small + 1).directoryRecord.count == 46 + 5 + 4 + 8)
    #expect(entry(byteCount: small).localHeader[4] == 20)
    #expect(entry(byteCount: small + 1).localHeader[4] == 45)
    #expect(ZipDirectory.encoded([], offset: small).count == 22)
    #expect(ZipDirectory.encoded([], offset: small + 1).count == 56 + 20 + 22)
  }

  @Test func paddingAlignsWhateverIsBefore() {
    for offset in [0, 1, 22, 23, 24, 63, 64, fiveGiB + 3] {
      #expect((offset + entry(offset: offset).localHeader.count) % 64 == 0)
    }
  }

  @Test func theEndOfALargeArchive() {
    let record = entry(offset: 9).directoryRecord
    #expect(
      ZipDirectory.encoded([entry(offset: 9)], offset: fiveGiB)
        == record
        + [0x50, 0x4B, 6, 6, 44, 0, 0, 0, 0, 0, 0, 0, 45, 3, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0]
        + [1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 51, 0, 0, 0, 0, 0, 0, 0] + fiveGiBBytes
        + [0x50, 0x4B, 6, 7, 0, 0, 0, 0, 51, 0, 0, 0x40, 1, 0, 0, 0, 1, 0, 0, 0]
        + [0x50, 0x4B, 5, 6, 0, 0, 0, 0, 1, 0, 1, 0, 51, 0, 0, 0] + full + [0, 0])
  }

  @Test func theEndOfAnArchiveOfManyFiles() {
    func tail(_ count: Int) -> [UInt8] {
      Array(ZipDirectory.encoded([ZipEntry](repeating: entry(), count: count), offset: 0).dropFirst(51 * count))
    }
    #expect(tail(0xFFFE).count == 22)
    let end = tail(0xFFFF)
    #expect(end.count == 56 + 20 + 22)
    #expect(Array(end[32..<40]) == [0xFF, 0xFF, 0, 0, 0, 0, 0, 0])
    #expect(Array(end[84..<88]) == [0xFF, 0xFF, 0xFF, 0xFF])
  }
}
