internal import JSONReader

/// The header of an .npy file: magic, version, length, and a Python dictionary with type, order and shape
/// (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html).
struct NumPyHeader {
  private static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)
  private static let types: [String: DType] = [
    "<f2": .float16, "<f4": .float32, "<f8": .float64, "<i4": .int32, "<i8": .int64, "|u1": .uint8,
  ]

  let dtype: DType
  let shape: [Int]
  let isFortranOrder: Bool
  /// The position in the file at which the elements start.
  let dataOffset: Int

  /// Reads the header of a whole file in memory.
  init(parsing file: UnsafeRawBufferPointer, path: String) throws {
    guard file.starts(with: Self.magic) else {
      throw TensorFileError.invalidHeader(path: path, reason: "expected \\x93NUMPY as its first bytes")
    }
    guard file.count >= 12 else { throw TensorFileError.truncated(path: path, got: file.count, expected: 12) }
    let (major, minor) = (file[6], file[7])
    guard (1...3).contains(major), minor == 0 else {
      throw TensorFileError.unsupportedNumPy(
        path: path, got: "format version \(major).\(minor)", expected: "version 1.0, 2.0 or 3.0")
    }
    let start = major == 1 ? 10 : 12
    let length =
      major == 1
      ? Int(UInt16(littleEndian: file.loadUnaligned(fromByteOffset: 8, as: UInt16.self)))
      : Int(UInt32(littleEndian: file.loadUnaligned(fromByteOffset: 8, as: UInt32.self)))
    guard start + length <= file.count else {
      throw TensorFileError.truncated(path: path, got: file.count, expected: start + length)
    }
    dataOffset = start + length
    (dtype, isFortranOrder, shape) = try Self.dictionary(file[start..<dataOffset], path)
  }

  /// Reads `{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }`: JSON but for the quotes, the words, the brackets and
  /// the commas after last items.
  private static func dictionary(_ text: Slice<UnsafeRawBufferPointer>, _ path: String) throws -> (DType, Bool, [Int]) {
    var type: String?
    var isFortranOrder: Bool?
    var shape: [Int]?
    try JSONScanner.readHeader(text, path: path) { scanner in
      try items(from: "{", to: "}", &scanner) { scanner in
        let key = try string(&scanner)
        try scanner.expect(":")
        switch key {
        case "descr":
          if scanner.accept("[") {
            throw TensorFileError.unsupportedNumPy(path: path, got: "a structured type", expected: expectedTypes)
          }
          type = try string(&scanner)
        case "fortran_order":
          isFortranOrder =
            scanner.accept(word: "True") ? true : scanner.accept(word: "False") ? false : nil
          if isFortranOrder == nil { throw scanner.failure("True or False") }
        case "shape":
          var dimensions: [Int] = []
          try items(from: "(", to: ")", &scanner) { dimensions.append(try $0.integer()) }
          shape = dimensions
        default: throw scanner.failure("descr, fortran_order or shape instead of \(key)")
        }
      }
    }
    guard let type, let isFortranOrder, let shape else {
      throw TensorFileError.invalidHeader(path: path, reason: "expected descr, fortran_order and shape, one is missing")
    }
    guard let dtype = types[type] else {
      throw TensorFileError.unsupportedNumPy(path: path, got: "elements of type '\(type)'", expected: expectedTypes)
    }
    guard !isFortranOrder || shape.count <= 2 else {
      throw TensorFileError.unsupportedNumPy(
        path: path, got: "\(shape.count) dimensions in Fortran order", expected: "C order above 2 dimensions")
    }
    return (dtype, isFortranOrder, shape)
  }

  private static func items(
    from opening: Unicode.Scalar, to closing: Unicode.Scalar, _ scanner: inout JSONScanner,
    _ readItem: (inout JSONScanner) throws -> Void
  ) throws {
    try scanner.expect(opening)
    while !scanner.accept(closing) {
      try readItem(&scanner)
      if try scanner.endsItem(closing) { return }
    }
  }

  /// A text in either quotes.
  private static func string(_ scanner: inout JSONScanner) throws -> String {
    try scanner.string(in: scanner.isNext("'") ? "'" : "\"")
  }

  private static var expectedTypes: String {
    "a type among " + types.keys.sorted().map { "'\($0)'" }.joined(separator: " ")
  }

  /// The bytes of a version 1.0 header in C order, as NumPy writes them; `shape` has at most 64 dimensions.
  static func encoded(_ elements: NamedArray.Elements, shape: [Int]) -> [UInt8] {
    let type =
      switch elements {
      case .float32: "<f4"
      case .float64: "<f8"
      case .int64: "<i8"
      case .int32: "<i4"
      case .uint8: "|u1"
      }
    let dimensions = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
    var text = "{'descr': '\(type)', 'fortran_order': False, 'shape': (\(dimensions)), }"
    // NumPy leaves room for a first dimension of 21 digits, so that the array can grow in place.
    if let first = shape.first { text += String(repeating: " ", count: 21 - String(first).count) }
    let unpadded = magic.count + 2 + 2 + text.utf8.count + 1
    text += String(repeating: " ", count: 64 - unpadded % 64) + "\n"
    let length = UInt16(text.utf8.count)
    return magic + [1, 0] + [UInt8(length & 0xFF), UInt8(length >> 8)] + Array(text.utf8)
  }
}
