public import Foundation

/// Lists of arrays as safetensors, in files and in messages.
public enum Safetensors {
  /// Writes arrays to the file at `url`, in the given order; see `SafetensorsWriter`.
  ///
  /// - Throws: `TensorFileError.invalidTensor` for a duplicate or reserved name; `SystemError`.
  public static func write(to url: URL, arrays: [NamedArray], metadata: [String: String] = [:]) throws {
    var writer = try SafetensorsWriter(to: url, tensors: arrays.map(\.description), metadata: metadata)
    for array in arrays {
      try array.elements.withUnsafeBytes { try writer.append($0.bytes, to: array.name) }
    }
    try writer.finish()
  }

  /// The bytes of a safetensors file with these arrays, the same as `write` writes.
  ///
  /// - Throws: `TensorFileError.invalidTensor` for a duplicate or reserved name.
  public static func encode(_ arrays: [NamedArray], metadata: [String: String] = [:]) throws -> [UInt8] {
    let (header, headerBytes) = try SafetensorsHeader.layingOut(
      arrays.map(\.description), metadata: metadata, path: memoryPath)
    var bytes = headerBytes
    bytes.reserveCapacity(header.dataOffset + header.dataCount)
    for array in arrays {
      array.elements.withUnsafeBytes { bytes.append(contentsOf: $0) }
    }
    return bytes
  }

  /// The arrays of a safetensors file in memory, in the order of their bytes: `decode(encode(arrays))` gives `arrays`.
  /// Types that `NamedArray` lacks are converted as by `TensorSource.array(_:)`.
  ///
  /// - Throws: the errors of opening a `SafetensorsFile`, with the path "safetensors bytes".
  public static func decode(_ bytes: [UInt8]) throws -> [NamedArray] {
    try bytes.withUnsafeBytes { file in
      let header = try SafetensorsHeader(parsing: file, path: memoryPath)
      let data = UnsafeRawBufferPointer(rebasing: file[header.dataOffset...])
      return try header.entries.map { entry in
        let tensor = UnsafeRawBufferPointer(rebasing: data[entry.byteRange])
        return try TensorView(entry: entry, bytes: tensor, path: memoryPath).array()
      }
    }
  }

  private static let memoryPath = "safetensors bytes"
}
