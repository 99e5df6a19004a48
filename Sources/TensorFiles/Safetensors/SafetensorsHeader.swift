/// The table of contents of a safetensors file.
///
/// A file consists of the length N of the header (8 bytes), the header (N bytes of JSON) and the data section, in which
/// each tensor has a range of bytes, without gaps or overlaps (https://github.com/huggingface/safetensors#format).
struct SafetensorsHeader {
  /// The header's only key that is not a tensor.
  static let metadataKey = "__metadata__"

  /// The tensors in the order of their bytes. Empty tensors at the same position keep the order of the header.
  let entries: [TensorEntry]
  let metadata: [String: String]
  /// The position in the file at which the data section starts.
  let dataOffset: Int

  /// The size of the data section in bytes.
  var dataCount: Int { entries.last?.byteRange.upperBound ?? 0 }

  init(entries: [TensorEntry], metadata: [String: String], dataOffset: Int) {
    self.entries = entries
    self.metadata = metadata
    self.dataOffset = dataOffset
  }
}

extension SafetensorsHeader {
  /// Places tensors one after the other. Returns the table and its bytes, including length and padding.
  ///
  /// - Throws: `TensorFileError.invalidTensor` for a duplicate or reserved name, or a shape that no file can hold.
  static func layingOut(
    _ tensors: [TensorDescription], metadata: [String: String], path: String
  ) throws -> (header: SafetensorsHeader, bytes: [UInt8]) {
    var entries: [TensorEntry] = []
    var names: Set<String> = [metadataKey]
    var offset = 0
    for tensor in tensors {
      func invalid(_ reason: String) -> TensorFileError {
        .invalidTensor(path: path, tensor: tensor.name, reason: reason)
      }
      guard names.insert(tensor.name).inserted else { throw invalid("has a name that is taken, expected another") }
      guard let count = Shape.byteCount(tensor.shape, tensor.dtype), offset <= Int.max - count else {
        throw invalid("has shape \(tensor.shape), expected dimensions of at least 0 and a size below 2^63 bytes")
      }
      entries.append(
        TensorEntry(
          name: tensor.name, dtype: tensor.dtype, shape: tensor.shape, byteRange: offset..<offset + count))
      offset += count
    }
    let bytes = encoded(entries, metadata)
    return (SafetensorsHeader(entries: entries, metadata: metadata, dataOffset: bytes.count), bytes)
  }

  /// The header's bytes; the same arguments give the same bytes. Spaces extend it to a multiple of 64 bytes, a cache
  /// line, so that mapped tensors are as aligned as their sizes allow.
  private static func encoded(_ entries: [TensorEntry], _ metadata: [String: String]) -> [UInt8] {
    var members = entries.map { entry in
      let shape = entry.shape.map(String.init).joined(separator: ",")
      let range = entry.byteRange
      return "\(quoted(entry.name)):{\"dtype\":\"\(entry.dtype.rawValue)\",\"shape\":[\(shape)],"
        + "\"data_offsets\":[\(range.lowerBound),\(range.upperBound)]}"
    }
    if !metadata.isEmpty {
      let pairs = metadata.sorted { $0.key < $1.key }.map { "\(quoted($0.key)):\(quoted($0.value))" }
      members.insert("\"\(metadataKey)\":{\(pairs.joined(separator: ","))}", at: 0)
    }
    var json = Array("{\(members.joined(separator: ","))}".utf8)
    while (8 + json.count) % 64 != 0 { json.append(UInt8(ascii: " ")) }
    return withUnsafeBytes(of: UInt64(json.count).littleEndian) { Array($0) } + json
  }

  /// A string as a JSON literal.
  private static func quoted(_ string: String) -> String {
    var quoted = "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"", "\\":
        quoted.unicodeScalars.append("\\")
        quoted.unicodeScalars.append(scalar)
      case ..<" ":
        let digits = String(scalar.value, radix: 16)
        quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default:
        quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}
