import TensorFiles
import Testing

@Suite struct CRC32Tests {
  private func checksum(_ parts: String...) -> UInt32 {
    var checksum = CRC32()
    for part in parts { checksum.update(Array(part.utf8).span.bytes) }
    return checksum.value
  }

  @Test func theCheckValueOfTheCatalogue() {
    #expect(checksum("123456789") == 0xCBF4_3926)
  }

  @Test func noBytesAndOne() {
    #expect(checksum() == 0)
    #expect(checksum("a") == 0xE8B7_BE43)
  }

  @Test func partsCountAsOne() {
    #expect(checksum("1234", "", "56789") == 0xCBF4_3926)
  }
}
