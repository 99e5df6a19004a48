internal import Crypto
public import Foundation

/// The SHA-256 of a canonical form: what makes two pieces of work the same.
public struct Identity: Sendable, Hashable, Codable, Comparable, CustomStringConvertible {
  /// 64 hexadecimal digits, lower case.
  public let hex: String

  /// The first 8 digits, as folders and figures name it.
  public var short: String { String(hex.prefix(8)) }

  /// The identity itself.
  public var description: String { hex }

  /// The identity of bytes.
  public init(bytes: some DataProtocol) {
    hex = SHA256.hash(data: bytes).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
  }

  /// The identity of a value: of its JSON with sorted keys.
  ///
  /// - Throws: `EncodingError` for a number that is not finite.
  public init(of value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    self.init(bytes: try encoder.encode(value))
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
