public import Foundation
import POSIX

/// Arrays in NumPy's .npz files: zip archives of .npy files.
public enum NumPyArchive {
  /// Writes arrays to the file at `url`, in the given order, uncompressed; `numpy.load(url)[name]` is the array `name`.
  ///
  /// The same arrays give the same bytes. Each array's elements start at a multiple of 64 bytes. Archives and arrays
  /// beyond 4 GiB use Zip64.
  ///
  /// - Parameters:
  ///   - url: the file to create or replace; its directory must exist.
  ///   - arrays: up to 64 dimensions each. A name has 1 to 251 bytes of UTF-8, is unique, does not end in `.npy`, and
  ///     contains no slash, backslash or control character.
  /// - Throws: `TensorFileError.invalidTensor` for any other name or more dimensions; `SystemError`.
  public static func write(to url: URL, arrays: [NamedArray]) throws {
    try check(arrays, path: url.path)
    try AtomicFile.write(to: url) { file in
      var entries: [ZipEntry] = []
      var offset = 0
      for array in arrays {
        let header = NumPyHeader.encoded(array.elements, shape: array.shape)
        try array.elements.withUnsafeBytes { elements in
          var checksum = CRC32()
          checksum.update(header.span.bytes)
          checksum.update(elements.bytes)
          let entry = ZipEntry(
            name: array.name + suffix, byteCount: header.count + elements.count, checksum: checksum.value,
            offset: offset)
          let front = entry.localHeader + header
          try file.append(front.span.bytes)
          try file.append(elements.bytes)
          entries.append(entry)
          offset += front.count + elements.count
        }
      }
      try file.append(ZipDirectory.encoded(entries, offset: offset).span.bytes)
    }
  }

  /// Appended to an array's name to give its file name.
  private static let suffix = ".npy"

  private static func check(_ arrays: [NamedArray], path: String) throws {
    var names: Set<String> = []
    for array in arrays {
      func invalid(_ reason: String) -> TensorFileError {
        .invalidTensor(path: path, tensor: array.name, reason: reason)
      }
      guard isValid(array.name) else {
        throw invalid(
          "has a name that an archive cannot hold, expected 1 to 251 bytes without slash, backslash, control character "
            + "or '\(suffix)' at the end")
      }
      guard names.insert(array.name).inserted else { throw invalid("has a name that is taken, expected another") }
      guard array.shape.count <= 64 else {
        throw invalid("has \(array.shape.count) dimensions, expected at most 64")
      }
    }
  }

  /// Whether NumPy can find an array by this name, and `unzip` can create its file.
  private static func isValid(_ name: String) -> Bool {
    // NumPy takes "a.npy" for the file of array "a" if that exists.
    (1...255 - suffix.utf8.count).contains(name.utf8.count) && !name.hasSuffix(suffix)
      && name.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "\\") }
  }
}
