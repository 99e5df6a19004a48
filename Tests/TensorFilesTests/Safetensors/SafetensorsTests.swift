import Foundation
import TensorFiles
import Testing

@Suite struct SafetensorsTests {
  private let arrays = [
    NamedArray(name: "z", shape: [0, 2], elements: .float64([])),
    NamedArray(name: "y", shape: [0], elements: .int32([])),
    NamedArray(name: "mask", shape: [3], elements: .uint8([1, 0, 255])),
    NamedArray(name: "loss", shape: [2, 2], elements: .float64([.nan, -0.0, .infinity, 0x1p-1074])),
    NamedArray(name: "ids", shape: [2], elements: .int64([.min, .max])),
    NamedArray(name: "counts", shape: [1], elements: .int32([-5])),
    NamedArray(name: "", shape: [], elements: .float32([Float(bitPattern: 0x7FC0_1234)])),
  ]

  @Test func decodeUndoesEncode() throws {
    #expect(try Safetensors.decode(Safetensors.encode(arrays)) == arrays)
    #expect(try Safetensors.decode(Safetensors.encode([])) == [])
  }

  @Test func aFileHoldsWhatEncodeMakes() throws {
    try withTemporaryDirectory { directory in
      let url = directory.appendingPathComponent("t")
      let metadata = ["b": "2", "a": "1"]
      try Safetensors.write(to: url, arrays: arrays, metadata: metadata)
      #expect(try bytes(of: url) == Safetensors.encode(arrays, metadata: metadata))
      let file = try SafetensorsFile(url)
      #expect(file.metadata == metadata)
      #expect(try file.entries.map { try file.array($0.name) } == arrays)
    }
  }

  @Test func errorsNameTheBytes() {
    #expect(
      message { _ = try Safetensors.decode([1]) }
        == "safetensors bytes holds 1 bytes, expected 8: the file is truncated; download it again")
    #expect(
      message { _ = try Safetensors.encode([arrays[2], arrays[2]]) }
        == "safetensors bytes: tensor 'mask' has a name that is taken, expected another; write the file again")
  }
}
