import Foundation
import TensorFiles
import Testing

@Suite struct SafetensorsFileTests {
  /// 1.0 and -2.0, then the bytes 7, 8, 9; the header names them in reverse order.
  private let tiny = safetensors(
    #"{"__metadata__":{"k":"v"},"b":{"dtype":"U8","shape":[3],"data_offsets":[8,11]},"#
      + #""a":{"data_offsets":[0,8],"shape":[2,1],"dtype":"F32"}}  "#,
    [0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0, 7, 8, 9])

  @Test func readsAFileMadeByHand() throws {
    try withSafetensorsFile(tiny) { file throws in
      #expect(file.metadata == ["k": "v"])
      #expect(file.entries.map(\.name) == ["a", "b"])
      #expect(file.entry("a")?.shape == [2, 1])
      #expect(file.entry("a")?.dtype == .float32)
      #expect(file.entry("a")?.elementCount == 2)
      #expect(file.entry("b")?.byteRange == 8..<11)
      #expect(file.entry("c") == nil)
      #expect(try file.float32("a") == [1, -2])
      #expect(try file.int64("b") == [7, 8, 9])
      #expect(Array(file.dataSection) == Array(tiny.suffix(11)))
    }
  }

  @Test func readsPythonsHeader() throws {
    let file = try SafetensorsFile(fixture("dtypes.safetensors"))
    #expect(file.metadata == ["note": "a \"b\" \\ ü \n"])
    #expect(file.entries.count == 15)
    #expect(file.entry("scalar")?.shape == [])
    #expect(file.entry("empty")?.shape == [0, 3])
    #expect(file.entry("f32")?.shape == [2, 3])
  }

  @Test func aFileWithoutTensors() throws {
    try withSafetensorsFile(safetensors("{}")) { file in
      #expect(file.entries.isEmpty && file.dataSection.isEmpty && file.metadata.isEmpty)
    }
  }

  @Test func float32InPlace() throws {
    let file = try SafetensorsFile(fixture("dtypes.safetensors"))
    let mapped = try #require(file.mappedFloat32("scalar"))
    let start = try #require(file.entry("scalar")?.byteRange.lowerBound)
    withExtendedLifetime(file) {
      #expect(Array(mapped) == [1.5])
      #expect(UnsafeRawPointer(mapped.baseAddress) == file.dataSection.baseAddress.map { UnsafeRawPointer($0 + start) })
    }
    #expect(file.mappedFloat32("f64") == nil)
    #expect(file.mappedFloat32("none") == nil)
  }

  @Test func unalignedFloat32IsCopiedNotMapped() throws {
    let header =
      #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"F32","shape":[1],"data_offsets":[1,5]}}"#
    // Spaces put the data section at a multiple of 4, so that b starts one byte after one.
    let padding = String(repeating: " ", count: (4 - header.utf8.count % 4) % 4)
    try withSafetensorsFile(safetensors(header + padding, [1, 0, 0, 0x80, 0x3F])) { file throws in
      #expect(file.mappedFloat32("b") == nil)
      #expect(try file.float32("b") == [1])
      #expect(try file.float64("b") == [1])
    }
  }

  @Test func aMissingTensorIsNamed() throws {
    try withSafetensorsFile(tiny) { file in
      for read in [
        { _ = try file.float32("x") }, { _ = try file.int64("x") }, { _ = try file.array("x") },
        { _ = try file.file(holding: "x") },
      ] as [() throws -> Void] {
        #expect(message(read) == "t.safetensors holds no tensor 'x'; check that the file belongs to this model")
      }
    }
  }
}
