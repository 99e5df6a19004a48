internal import Foundation
internal import Hashing

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
    // In place where it can be: a checkpoint's bytes are many.
    let digest = bytes.withContiguousStorageIfAvailable { Self.digest(of: $0.span.bytes) }
    hex = Self.digits(of: digest ?? Self.digest(of: Array(bytes).span.bytes))
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

  private static func digest(of bytes: RawSpan) -> [UInt8] {
    // The program has proved at its start that libcrypto has SHA-256 (SHA256.prove): what is left is a mistake of its own.
    do { return try SHA256.digest(of: bytes) } catch { fatalError("\(error)") }
  }

  private static func digits(of digest: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(unsafeUninitializedCapacity: 2 * digest.count) { text in
      for (index, byte) in digest.enumerated() {
        text[2 * index] = digits[Int(byte >> 4)]
        text[2 * index + 1] = digits[Int(byte & 15)]
      }
      return 2 * digest.count
    }
  }
}
