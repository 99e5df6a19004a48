import Foundation
import TensorFiles
import Testing

@Suite struct NumPyArchiveTests {
  private func archive(_ arrays: [NamedArray]) throws -> [UInt8] {
    try withTemporaryDirectory { directory in
      let url = directory.appendingPathComponent("t.npz")
      try NumPyArchive.write(to: url, arrays: arrays)
      return try bytes(of: url)
    }
  }

  private func npy(_ array: NamedArray) throws -> [UInt8] {
    try withTemporaryDirectory { directory in
      let url = directory.appendingPathComponent("t.npy")
      try NumPyFile.write(array, to: url)
      return try bytes(of: url)
    }
  }

  private func named(_ name: String) -> NamedArray { NamedArray(name: name, shape: [1], elements: .uint8([1])) }

  private func failure(_ arrays: [NamedArray]) -> String? { message { _ = try archive(arrays) } }

  @Test func anArchiveMadeByHand() throws {
    let array = NamedArray(name: "a", shape: [3], elements: .uint8([1, 2, 3]))
    // From the required version to the sizes: 2.0, UTF-8, stored, 1980-01-01, zlib's crc32 of the .npy file, 131 bytes.
    let description: [UInt8] = [
      20, 0, 0, 8, 0, 0, 0, 0, 0x21, 0, 0x2A, 0xE3, 0x8E, 0xB1, 131, 0, 0, 0, 131, 0, 0, 0, 5, 0,
    ]
    let name = Array("a.npy".utf8)
    let local =
      [0x50, 0x4B, 3, 4] + description + [29, 0] + name + [0x1E, 0xA1, 25, 0, 64, 0] + [UInt8](repeating: 0, count: 23)
    let directory =
      [0x50, 0x4B, 1, 2, 45, 3] + description + [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xA4, 0x81, 0, 0, 0, 0] + name
    let end: [UInt8] = [0x50, 0x4B, 5, 6, 0, 0, 0, 0, 1, 0, 1, 0, 51, 0, 0, 0, 195, 0, 0, 0, 0, 0]
    #expect(local.count == 64)
    #expect(try archive([array]) == local + npy(array) + directory + end)
  }

  @Test func noArrays() throws {
    #expect(try archive([]) == [0x50, 0x4B, 5, 6] + [UInt8](repeating: 0, count: 18))
  }

  @Test func everyFileIsWhereTheDirectorySays() throws {
    let arrays = [
      NamedArray(name: "f4", shape: [2, 3], elements: .float32([1, 2, 3, -0.0, .nan, 6])),
      NamedArray(name: "größe x", shape: [2], elements: .int64([.min, .max])),
      NamedArray(name: "scalar", shape: [], elements: .float64([1.5])),
      NamedArray(name: "empty", shape: [0, 3], elements: .int32([])),
      NamedArray(name: "u1", shape: [1], elements: .uint8([7])),
    ]
    let bytes = try archive(arrays)
    func number(_ place: Int, _ width: Int) -> Int { (0..<width).reduce(0) { $0 | Int(bytes[place + $1]) << (8 * $1) } }
    let end = bytes.count - 22
    #expect(number(end, 4) == 0x0605_4B50 && number(end + 10, 2) == arrays.count)
    var record = number(end + 16, 4)
    for array in arrays {
      let local = number(record + 42, 4)
      #expect(number(record, 4) == 0x0201_4B50 && number(local, 4) == 0x0403_4B50)
      // From the required version to the length of the name, then the name: the same in both.
      #expect(bytes[record + 6..<record + 30].elementsEqual(bytes[local + 4..<local + 28]))
      let nameCount = number(record + 28, 2)
      let name = bytes[record + 46..<record + 46 + nameCount]
      #expect(String(decoding: name, as: UTF8.self) == array.name + ".npy")
      #expect(name.elementsEqual(bytes[local + 30..<local + 30 + nameCount]))
      let start = local + 30 + nameCount + number(local + 28, 2)
      #expect(start % 64 == 0)
      let file = Array(bytes[start..<start + number(record + 24, 4)])
      #expect(try file == npy(array))
      var checksum = CRC32()
      checksum.update(file.span.bytes)
      #expect(number(record + 16, 4) == Int(checksum.value))
      record += 46 + nameCount + number(record + 30, 2)
    }
    #expect(record == end)
  }

  @Test func namesThatNoFileHas() {
    let reason =
      "has a name that an archive cannot hold, expected 1 to 251 bytes without slash, backslash, control character or "
      + "'.npy' at the end; write the file again"
    for name in ["", "a b\\c", "a.npy", "a\0b", "a\nb", "a\u{7F}", String(repeating: "a", count: 252)] {
      #expect(failure([named(name)]) == "t.npz: tensor '\(name)' \(reason)")
    }
    #expect(failure([named("a/b")])?.hasSuffix(reason) == true)
  }

  @Test func namesAtTheLimit() throws {
    #expect(failure([named(String(repeating: "a", count: 251)), named("SST-2-s0 x MRPC-s0"), named("..")]) == nil)
  }

  @Test func aNameTwice() {
    #expect(
      failure([named("a"), named("b"), named("a")])
        == "t.npz: tensor 'a' has a name that is taken, expected another; write the file again")
  }

  @Test func moreDimensionsThanNumPyHas() {
    let array = NamedArray(name: "a", shape: [Int](repeating: 1, count: 65), elements: .uint8([1]))
    #expect(
      failure([array]) == "t.npz: tensor 'a' has 65 dimensions, expected at most 64; write the file again")
  }

  @Test func aRefusedListWritesNothing() throws {
    try withTemporaryDirectory { directory in
      #expect(throws: TensorFileError.self) {
        try NumPyArchive.write(to: directory.appendingPathComponent("t.npz"), arrays: [named("a"), named("")])
      }
      let left = try names(in: directory)
      #expect(left == [])
    }
  }
}
