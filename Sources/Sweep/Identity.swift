internal import Crypto
internal import Foundation

/// The SHA-256 of a canonical form: what makes two pieces of work the same.
public struct Identity: Sendable, Hashable, Codable, Comparable, CustomStringConvertible {
  /// 64 hexadecimal digits, lower case.
  public let hex: String

  /// The first 8 digits, as folders and figures name it.
  public var short: String { String(hex.prefix(8)) }

  /// The identity itself.
  public var description: String { hex }

  /// The identity of bytes, such as a file's.
  public init(ofBytes bytes: some Collection<UInt8>) {
    var hasher = SHA256()
    // In place where it can be: a checkpoint's bytes are many.
    let isDone: Void? = bytes.withContiguousStorageIfAvailable {
      hasher.update(bufferPointer: UnsafeRawBufferPointer($0))
    }
    if isDone == nil { hasher.update(data: Data(bytes)) }
    hex = hasher.finalize().map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
  }

  /// The identity of a value: of its JSON with sorted keys.
  ///
  /// - Throws: `EncodingError` for a number that is not finite.
  public init(of value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    self.init(ofBytes: try encoder.encode(value))
  }

  /// An identity as it was recorded.
  public init(hex: String) {
    self.hex = hex
  }

  /// Text on one JSON string, not an object.
  public init(from decoder: any Decoder) throws {
    hex = try decoder.singleValueContainer().decode(String.self)
  }

  /// Text on one JSON string, not an object.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(hex)
  }

  /// The order of the digits.
  public static func < (left: Identity, right: Identity) -> Bool { left.hex < right.hex }
}
