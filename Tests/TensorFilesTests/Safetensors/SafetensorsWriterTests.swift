import Foundation
import TensorFiles
import Testing

@Suite struct SafetensorsWriterTests {
  private let tensors = [
    TensorDescription(name: "b", dtype: .float32, shape: [2]),
    TensorDescription(name: "empty", dtype: .float32, shape: [0]),
    TensorDescription(name: "a", dtype: .uint8, shape: [3]),
  ]

  /// Calls `body` with a writer of `tensors` and returns the error's message. Checks that no file is left.
  private func failure(_ body: (inout SafetensorsWriter) throws -> Void) throws -> String? {
    try withTemporaryDirectory { directory throws in
      let text = message {
        var writer = try SafetensorsWriter(to: directory.appendingPathComponent("t"), tensors: tensors)
        try body(&writer)
        try writer.finish()
      }
      #expect(try names(in: directory) == [])
      return text
    }
  }

  @Test func theBytesAreTheseBytes() throws {
    try withTemporaryDirectory { directory in
      let url = directory.appendingPathComponent("t")
      var writer = try SafetensorsWriter(to: url, tensors: tensors, metadata: ["z": "1", "k": "\"\n"])
      try writer.append([Float(1)].span.bytes, to: "b")
      try writer.append([Float(-2)].span.bytes, to: "b")
      try writer.append([UInt8(7)].span.bytes, to: "a")
      try writer.append([UInt8(8), 9].span.bytes, to: "a")
      try writer.finish()

      let json =
        #"{"__metadata__":{"k":"\"\u000a","z":"1"},"b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"#
        + #""empty":{"dtype":"F32","shape":[0],"data_offsets":[8,8]},"#
        + #""a":{"dtype":"U8","shape":[3],"data_offsets":[8,11]}}"#
      let header = json + String(repeating: " ", count: 248 - json.utf8.count)
      #expect(
        try bytes(of: url) == safetensors(header, [0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0, 7, 8, 9]))
      #expect(try SafetensorsFile(url).entries.map(\.name) == ["b", "empty", "a"])
      #expect(try SafetensorsFile(url).metadata == ["z": "1", "k": "\"\n"])
    }
  }

  @Test(arguments: 0..<70) func theDataSectionStartsAtAMultipleOf64(length: Int) throws {
    let name = String(repeating: "n", count: length)
    let bytes = try Safetensors.encode([NamedArray(name: name, shape: [], elements: .float32([1]))])
    #expect(bytes.count % 64 == 4)
    #expect(bytes.suffix(4) == [0, 0, 0x80, 0x3F])
  }

  @Test func tooManyBytes() throws {
    let expected = "t: tensor 'b' was given 12 bytes, expected 8; nothing was written"
    #expect(try failure { try $0.append([Float](repeating: 1, count: 3).span.bytes, to: "b") } == expected)
    let inPieces = try failure { writer in
      for _ in 0..<3 { try writer.append([Float(1)].span.bytes, to: "b") }
    }
    #expect(inPieces == expected)
  }

  @Test func tooFewBytes() throws {
    #expect(
      try failure { try $0.append([Float(1)].span.bytes, to: "b") }
        == "t: tensor 'b' was given 4 bytes, expected 8; nothing was written")
    #expect(
      try failure { try $0.append([Float(1), 2].span.bytes, to: "b") }
        == "t: tensor 'a' was given 0 bytes, expected 3; nothing was written")
  }

  @Test func bytesOutOfOrder() throws {
    #expect(
      try failure { try $0.append([UInt8(1), 2, 3].span.bytes, to: "a") }
        == "t: got bytes of tensor 'a', expected those of 'b': "
        + "tensors are written in the order of their list; nothing was written")
    #expect(
      try failure { writer in
        try writer.append([Float(1), 2].span.bytes, to: "b")
        try writer.append([UInt8(1), 2, 3].span.bytes, to: "a")
        try writer.append([UInt8(1)].span.bytes, to: "c")
      }
        == "t: got bytes of tensor 'c', expected none: "
        + "tensors are written in the order of their list; nothing was written")
  }

  @Test func anUnfinishedWriterLeavesTheOldFile() throws {
    try withTemporaryDirectory { directory in
      let url = directory.appendingPathComponent("t")
      try Data([9]).write(to: url)
      do {
        var writer = try SafetensorsWriter(to: url, tensors: tensors)
        try writer.append([Float(1), 2].span.bytes, to: "b")
      }
      #expect(try bytes(of: url) == [9])
      #expect(try names(in: directory) == ["t"])
    }
  }

  @Test(arguments: [
    (TensorDescription(name: "b", dtype: .uint8, shape: []), "has a name that is taken, expected another"),
    (TensorDescription(name: "__metadata__", dtype: .uint8, shape: []), "has a name that is taken, expected another"),
    (
      TensorDescription(name: "c", dtype: .uint8, shape: [-1]),
      "has shape [-1], expected dimensions of at least 0 and a size below 2^63 bytes"
    ),
    (
      TensorDescription(name: "c", dtype: .uint8, shape: [.max]),
      "has shape [9223372036854775807], expected dimensions of at least 0 and a size below 2^63 bytes"
    ),
  ])
  func tensorsThatNoFileCanHold(tensor: TensorDescription, reason: String) throws {
    try withTemporaryDirectory { directory throws in
      let url = directory.appendingPathComponent("t")
      #expect(
        message { _ = try SafetensorsWriter(to: url, tensors: tensors + [tensor]) }
          == "t: tensor '\(tensor.name)' \(reason); write the file again")
      #expect(try names(in: directory) == [])
    }
  }
}
