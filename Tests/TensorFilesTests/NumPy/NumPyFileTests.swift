import Foundation
import TensorFiles
import Testing

@Suite struct NumPyFileTests {
  /// An .npy file built by hand.
  private func npy(_ dictionary: String, _ data: [UInt8] = [], version: UInt8 = 1) -> [UInt8] {
    let count = UInt8(dictionary.utf8.count)
    return [0x93] + Array("NUMPY".utf8) + [version, 0, count, 0] + (version > 1 ? [0, 0] : [])
      + Array(dictionary.utf8) + data
  }

  private func read(_ bytes: [UInt8]) throws -> NamedArray {
    try withTemporaryDirectory { directory in
      let url = directory.appendingPathComponent("t.npy")
      try Data(bytes).write(to: url)
      return try NumPyFile.read(url)
    }
  }

  private func failure(_ bytes: [UInt8]) -> String? { message { _ = try read(bytes) } }

  @Test func readsAFileMadeByHand() throws {
    let header = "{'descr': '<i4', 'fortran_order': False, 'shape': (2,)}"
    for version in UInt8(1)...3 {
      #expect(
        try read(npy(header, [1, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF], version: version))
          == NamedArray(name: "t", shape: [2], elements: .int32([1, -1])))
    }
  }

  @Test(
    arguments: [
      ("f2", .float32([1, 2, 3, 4, 5, 6])), ("f4", .float32([1, 2, 3, 4, 5, 6])), ("f8", .float64([1, 2, 3, 4, 5, 6])),
      ("i4", .int32([1, 2, 3, 4, 5, 6])), ("i8", .int64([1, 2, 3, 4, 5, 6])), ("u1", .uint8([1, 2, 3, 4, 5, 6])),
      // Stored in column order, read in row order.
      ("fortran", .float32([1, 2, 3, 4, 5, 6])),
    ] as [(String, NamedArray.Elements)])
  func readsMatricesOfPython(name: String, elements: NamedArray.Elements) throws {
    #expect(
      try NumPyFile.read(fixture("npy/\(name).npy")) == NamedArray(name: name, shape: [2, 3], elements: elements))
  }

  /// Rows without columns have no elements, however many there are.
  @Test func manyRowsOfNothing() throws {
    let header = "{'descr': '<f4', 'fortran_order': True, 'shape': (4611686018427387904, 0)}"
    #expect(try read(npy(header)) == NamedArray(name: "t", shape: [1 << 62, 0], elements: .float32([])))
  }

  @Test func readsOtherShapesAndVersionsOfPython() throws {
    #expect(
      try NumPyFile.read(fixture("npy/scalar.npy")) == NamedArray(name: "scalar", shape: [], elements: .float64([1.5])))
    #expect(
      try NumPyFile.read(fixture("npy/vector.npy"))
        == NamedArray(name: "vector", shape: [2], elements: .int32([-1, 2])))
    #expect(
      try NumPyFile.read(fixture("npy/empty.npy")) == NamedArray(name: "empty", shape: [0, 3], elements: .float32([])))
    for version in ["version2", "version3"] {
      #expect(
        try NumPyFile.read(fixture("npy/\(version).npy"))
          == NamedArray(name: version, shape: [2], elements: .float32([0.5, 0.25])))
    }
  }

  @Test(arguments: ["f4", "f8", "i4", "i8", "u1", "scalar", "vector", "empty"])
  func writesTheBytesOfPython(name: String) throws {
    try withTemporaryDirectory { directory in
      let url = directory.appendingPathComponent("t.npy")
      try NumPyFile.write(NumPyFile.read(fixture("npy/\(name).npy")), to: url)
      #expect(try bytes(of: url) == bytes(of: fixture("npy/\(name).npy")))
    }
  }

  @Test(arguments: [
    ("big_endian", "elements of type '>f4', expected a type among '<f2' '<f4' '<f8' '<i4' '<i8' '|u1'"),
    ("complex", "elements of type '<c8', expected a type among '<f2' '<f4' '<f8' '<i4' '<i8' '|u1'"),
    ("structured", "a structured type, expected a type among '<f2' '<f4' '<f8' '<i4' '<i8' '|u1'"),
    ("fortran3", "3 dimensions in Fortran order, expected C order above 2 dimensions"),
  ])
  func otherKindsAreRefusedByName(name: String, reason: String) throws {
    let url = try fixture("npy/\(name).npy")
    #expect(
      message { _ = try NumPyFile.read(url) }
        == "\(name).npy is a NumPy file with \(reason); save the array again in such a form")
  }

  @Test func invalidHeaders() {
    func invalid(_ reason: String) -> String {
      "t.npy has a header that cannot be read: \(reason); download the file or write it again"
    }
    #expect(failure(Array("PK\u{3}\u{4}".utf8)) == invalid("expected \\x93NUMPY as its first bytes"))
    #expect(
      failure(npy("{'descr': '<f4', 'fortran_order': 0, 'shape': ()}"))
        == invalid("expected True or False at byte 34 of the header, got '0'"))
    #expect(
      failure(npy("{'descr': '<f4', 'shape': ()}"))
        == invalid("expected descr, fortran_order and shape, one is missing"))
    #expect(
      failure(npy("{'kind': '<f4'}"))
        == invalid("expected descr, fortran_order or shape instead of kind at byte 8 of the header, got ' '"))
    #expect(failure(npy("{} x")) == invalid("expected the end at byte 3 of the header, got 'x'"))
    #expect(
      failure(npy("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}"))
        == "t.npy: tensor 't' has shape [-1], expected dimensions of at least 0 and a size below 2^63 bytes; "
        + "write the file again")
    #expect(
      failure(npy("{}", version: 4))
        == "t.npy is a NumPy file with format version 4.0, expected version 1.0, 2.0 or 3.0; "
        + "save the array again in such a form")
  }

  @Test func filesOfTheWrongSize() {
    let header = "{'descr': '|u1', 'fortran_order': False, 'shape': (3,)}"
    let whole = npy(header, [1, 2, 3])
    #expect(failure(whole) == nil)
    #expect(
      failure(whole.dropLast())
        == "t.npy holds \(whole.count - 1) bytes, expected \(whole.count): the file is truncated; download it again")
    #expect(
      failure(whole + [4])
        == "t.npy holds \(whole.count + 1) bytes, expected \(whole.count): bytes follow its last tensor; "
        + "download it again")
    #expect(
      failure(Array(whole.prefix(20)))
        == "t.npy holds 20 bytes, expected \(whole.count - 3): the file is truncated; download it again")
    #expect(
      failure(Array(whole.prefix(8))) == "t.npy holds 8 bytes, expected 12: the file is truncated; download it again")
  }

  @Test func moreDimensionsThanNumPyHas() throws {
    try withTemporaryDirectory { directory in
      let array = NamedArray(name: "a", shape: [Int](repeating: 1, count: 65), elements: .uint8([1]))
      #expect(
        message { try NumPyFile.write(array, to: directory.appendingPathComponent("t.npy")) }
          == "t.npy is a NumPy file with 65 dimensions, expected at most 64; save the array again in such a form")
    }
  }
}
