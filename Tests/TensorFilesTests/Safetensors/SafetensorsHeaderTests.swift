import Foundation
import TensorFiles
import Testing

/// Everything that can be wrong in a header, and the messages.
@Suite struct SafetensorsHeaderTests {
  private func failure(_ bytes: [UInt8]) -> String? { message { try withSafetensorsFile(bytes) { _ in } } }

  private func failure(_ header: String, data count: Int = 0) -> String? {
    failure(safetensors(header, [UInt8](repeating: 0, count: count)))
  }

  private func tensor(_ fields: String) -> String { #"{"x":{\#(fields)}}"# }

  @Test func truncatedFiles() {
    #expect(
      failure([]) == "t.safetensors holds 0 bytes, expected 8: the file is truncated; download it again")
    #expect(failure([2, 0, 0]) == "t.safetensors holds 3 bytes, expected 8: the file is truncated; download it again")
    #expect(
      failure([20, 0, 0, 0, 0, 0, 0, 0, 0x7B, 0x7D])
        == "t.safetensors holds 10 bytes, expected 28: the file is truncated; download it again")
    let header = tensor(#""dtype":"F32","shape":[2],"data_offsets":[0,8]"#)
    #expect(
      failure(header, data: 7)
        == "t.safetensors holds \(8 + header.utf8.count + 7) bytes, expected \(8 + header.utf8.count + 8): "
        + "the file is truncated; download it again")
    #expect(failure(header, data: 8) == nil)
    #expect(
      failure(header, data: 9)
        == "t.safetensors holds \(8 + header.utf8.count + 9) bytes, expected \(8 + header.utf8.count + 8): "
        + "bytes follow its last tensor; download it again")
  }

  @Test func sizesThatOverflowTheFileSize() {
    let most = Int.max
    #expect(
      failure(tensor(#""dtype":"U8","shape":[\#(most)],"data_offsets":[0,\#(most)]"#))?
        .contains("expected \(most): the file is truncated") == true)
  }

  @Test func otherFiles() {
    #expect(
      failure(Array("version https://git-lfs".utf8))
        == "t.safetensors has a header that cannot be read: expected a length of at most 100000000 bytes, got "
        + "2336927755350992246: this is not a safetensors file (a Git LFS pointer or a web page?); "
        + "download the file or write it again")
    #expect(failure([0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF])?.contains("got 18446744073709551615") == true)
  }

  @Test(arguments: [
    ("", "expected '{' at byte 0 of the header, got the end of the header"),
    ("[]", "expected '{' at byte 0 of the header, got '['"),
    ("{", "expected a string at byte 1 of the header, got the end of the header"),
    (#"{"a"}"#, "expected ':' at byte 4 of the header, got '}'"),
    (#"{"a":1}"#, "expected '{' at byte 5 of the header, got '1'"),
    (#"{"a"#, "expected the end of a string at byte 3 of the header, got the end of the header"),
    (#"{"a\q":{}}"#, #"expected an escape of JSON at byte 4 of the header, got 'q'"#),
    (#"{"a\u12":{}}"#, #"expected four hexadecimal digits at byte 7 of the header, got '\"'"#),
    (#"{"\ud800":{}}"#, #"expected a character at byte 2 of the header, got \ud800, half of a surrogate pair"#),
    ("{\"a\n\":{}}", "expected a string without control characters at byte 3 of the header, got '\\n'"),
    (#"{"__metadata__":{"a":1}}"#, "expected a string at byte 21 of the header, got '1'"),
    (#"{"__metadata__":{"a":"b",}}"#, "expected a string at byte 25 of the header, got '}'"),
    (#"{"__metadata__":{"a":"b"] }"#, "expected ',' or '}' at byte 24 of the header, got ']'"),
    ("{} {}", "expected the end at byte 3 of the header, got '{'"),
    ("{}\0", "expected the end at byte 2 of the header, got '\\0'"),
    (
      #"{"x":{"shape":[1.5]}}"#, "expected ',' or ']' at byte 16 of the header, got '.'"
    ),
    (#"{"x":{"shape":[true]}}"#, "expected an integer of 64 bits at byte 15 of the header, got 't'"),
    (
      #"{"x":{"shape":[9223372036854775808]}}"#, "expected an integer of 64 bits at byte 15 of the header, got '9'"
    ),
    (
      #"{"x":{"stride":[1]}}"#,
      "expected dtype, shape or data_offsets of tensor 'x' instead of stride at byte 15 of the header, got '['"
    ),
  ])
  func invalidJSON(header: String, reason: String) {
    #expect(
      failure(header)
        == "t.safetensors has a header that cannot be read: \(reason); download the file or write it again")
  }

  @Test func aNameThatIsNotUTF8() {
    #expect(failure([6, 0, 0, 0, 0, 0, 0, 0] + [0x7B, 0x22, 0xFF, 0x22, 0x3A, 0x7D])?.contains("in UTF-8") == true)
  }

  @Test(arguments: [
    (
      #""dtype":"F32","shape":[-1],"data_offsets":[0,0]"#,
      "has shape [-1], expected dimensions of at least 0 and a size below 2^63 bytes"
    ),
    (
      #""dtype":"F32","shape":[4611686018427387904],"data_offsets":[0,0]"#,
      "has shape [4611686018427387904], expected dimensions of at least 0 and a size below 2^63 bytes"
    ),
    (
      #""dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]"#,
      "has shape [4294967296, 4294967296], expected dimensions of at least 0 and a size below 2^63 bytes"
    ),
    (
      #""dtype":"F32","shape":[3],"data_offsets":[0,8]"#,
      "has 8 bytes, expected 12 for shape [3] and type F32"
    ),
    (
      #""dtype":"F32","shape":[2],"data_offsets":[8,0]"#,
      "has data_offsets [8, 0], expected [begin, end] with 0 <= begin <= end"
    ),
    (
      #""dtype":"F32","shape":[2],"data_offsets":[-8,0]"#,
      "has data_offsets [-8, 0], expected [begin, end] with 0 <= begin <= end"
    ),
    (
      #""dtype":"F32","shape":[2],"data_offsets":[8]"#,
      "has data_offsets [8], expected [begin, end] with 0 <= begin <= end"
    ),
    (#""dtype":"F32","shape":[2]"#, "lacks one of dtype, shape, data_offsets"),
    (#""dtype":"F32","shape":[1],"data_offsets":[4,8]"#, "starts at byte 4, expected 0: a gap before it"),
  ])
  func invalidTensors(fields: String, reason: String) {
    #expect(failure(tensor(fields), data: 8) == "t.safetensors: tensor 'x' \(reason); write the file again")
  }

  @Test func overlapsHolesAndRepetitions() {
    let x = #""x":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}"#
    func y(_ begin: Int) -> String { #""y":{"dtype":"U8","shape":[4],"data_offsets":[\#(begin),\#(begin + 4)]}"# }
    #expect(failure("{\(x),\(y(4))}", data: 8) == nil)
    #expect(failure("{\(y(4)),\(x)}", data: 8) == nil)
    #expect(
      failure("{\(x),\(y(3))}", data: 7)
        == "t.safetensors: tensor 'y' starts at byte 3, expected 4: an overlap with the tensor before it; "
        + "write the file again")
    #expect(
      failure("{\(x),\(y(5))}", data: 9)
        == "t.safetensors: tensor 'y' starts at byte 5, expected 4: a gap before it; write the file again")
    #expect(
      failure("{\(x),\(x)}", data: 4)
        == "t.safetensors: tensor 'x' is listed twice, expected once; write the file again")
  }

  @Test func otherTypesAreRefusedByName() {
    #expect(
      failure(tensor(#""dtype":"F8_E4M3","shape":[1],"data_offsets":[0,1]"#), data: 1)
        == "t.safetensors: tensor 'x' is of type F8_E4M3, expected one of F64 F32 F16 BF16 I64 I32 I16 I8 U8 U16 U32 "
        + "U64 BOOL; convert it to F32")
  }

  @Test func escapesInNames() throws {
    let header = #"{"\u00fc\ud83d\ude00\/\"\t":{"dtype":"U8","shape":[],"data_offsets":[0,1]}}"#
    try withSafetensorsFile(safetensors(header, [1])) { #expect($0.entries.map(\.name) == ["ü😀/\"\t"]) }
  }
}
