public import Foundation
import POSIX

/// Arrays in NumPy's .npy files.
public enum NumPyFile {
  /// Reads the .npy file at `url` (versions 1, 2 and 3); the array is named after the file, without its extension.
  ///
  /// Types `<f4 <f8 <i4 <i8 |u1` are kept; `<f2` becomes Float32. A matrix in Fortran order is transposed to row-major
  /// storage and keeps its shape.
  ///
  /// - Throws: `TensorFileError.unsupportedNumPy` for any other type, byte order or version, or more than two
  ///   dimensions in Fortran order; `.invalidHeader`, `.invalidTensor`, `.truncated`, `.trailingBytes`; `SystemError`,
  ///   `NotAFile`.
  public static func read(_ url: URL) throws -> NamedArray {
    let mapping = try MappedFile(url)
    return try withExtendedLifetime(mapping) {
      try decode(mapping.bytes, name: url.deletingPathExtension().lastPathComponent, path: mapping.path)
    }
  }

  /// Writes an array as .npy, version 1.0, C order, byte for byte as NumPy does; the name is not part of the file.
  ///
  /// - Throws: `SystemError`; `TensorFileError.unsupportedNumPy` for more than NumPy's 64 dimensions.
  public static func write(_ array: NamedArray, to url: URL) throws {
    guard array.shape.count <= 64 else {
      throw TensorFileError.unsupportedNumPy(
        path: url.path, got: "\(array.shape.count) dimensions", expected: "at most 64")
    }
    try AtomicFile.write(to: url) { file in
      try file.append(NumPyHeader.encoded(array.elements, shape: array.shape).span.bytes)
      try array.elements.withUnsafeBytes { try file.append($0.bytes) }
    }
  }

  /// Reads an .npy file in memory.
  static func decode(_ file: UnsafeRawBufferPointer, name: String, path: String) throws -> NamedArray {
    let header = try NumPyHeader(parsing: file, path: path)
    guard let byteCount = Shape.byteCount(header.shape, header.dtype), byteCount <= Int.max - header.dataOffset else {
      throw TensorFileError.invalidTensor(
        path: path, tensor: name,
        reason: "has shape \(header.shape), expected dimensions of at least 0 and a size below 2^63 bytes")
    }
    let expected = header.dataOffset + byteCount
    guard file.count >= expected else {
      throw TensorFileError.truncated(path: path, got: file.count, expected: expected)
    }
    guard file.count == expected else {
      throw TensorFileError.trailingBytes(path: path, got: file.count, expected: expected)
    }
    let entry = TensorEntry(name: name, dtype: header.dtype, shape: header.shape, byteRange: 0..<byteCount)
    let stored = UnsafeRawBufferPointer(rebasing: file[header.dataOffset...])
    guard header.isFortranOrder, header.shape.count == 2 else {
      return try TensorView(entry: entry, bytes: stored, path: path).array()
    }
    return try transposed(stored, shape: header.shape, width: header.dtype.byteCount).withUnsafeBytes {
      try TensorView(entry: entry, bytes: $0, path: path).array()
    }
  }

  /// The elements of a matrix of `shape`, converted from column order to row order; `width` bytes per element.
  private static func transposed(_ stored: UnsafeRawBufferPointer, shape: [Int], width: Int) -> [UInt8] {
    let (rows, columns) = (shape[0], shape[1])
    var bytes: [UInt8] = []
    // A matrix without columns may have any number of rows.
    guard !stored.isEmpty else { return bytes }
    bytes.reserveCapacity(stored.count)
    for row in 0..<rows {
      for column in 0..<columns {
        let start = (column * rows + row) * width
        bytes.append(contentsOf: stored[start..<start + width])
      }
    }
    return bytes
  }
}
