internal import JSONReader

extension JSONScanner {
  /// Reads the whole text of a header.
  ///
  /// - Throws: `TensorFileError.invalidHeader` for what is none; what `read` throws.
  static func readHeader(
    _ text: Slice<UnsafeRawBufferPointer>, path: String, _ read: (inout JSONScanner) throws -> Void
  ) throws {
    var scanner = JSONScanner(UnsafeRawBufferPointer(rebasing: text))
    do {
      try read(&scanner)
      try scanner.expectEnd()
    } catch let error as JSONError {
      throw TensorFileError.invalidHeader(path: path, reason: error.description(in: "the header"))
    }
  }
}
