internal import Foundation
internal import Hashing

/// The SHA-256 of a canonical form: what makes two pieces of work the same.
public struct Identity: Sendable, Hashable, Codable, Comparable, CustomStringConvertible {
  /// The digest, its first byte the highest of the first word. In place: a plan holds millions of them.
  private let words: (UInt64, UInt64, UInt64, UInt64)

  /// 64 hexadecimal digits, lower case.
  public var hex: String {
    String(unsafeUninitializedCapacity: 64) { text in
      for (index, word) in [words.0, words.1, words.2, words.3].enumerated() {
        for digit in 0..<16 {
          let value = UInt8(truncatingIfNeeded: word >> (60 - 4 * digit)) & 15
          text[16 * index + digit] = value + (value < 10 ? 0x30 : 0x57)
        }
      }
      return 64
    }
  }

  /// The first 8 digits, as folders and figures name it.
  public var short: String { String(hex.prefix(8)) }

  /// The identity itself.
  public var description: String { hex }

  /// The identity of bytes, such as a file's.
  public init(ofBytes bytes: some Collection<UInt8>) {
    // In place where it can be: a checkpoint's bytes are many.
    let digest = bytes.withContiguousStorageIfAvailable { Self.digest(of: $0.span.bytes) }
    self.init(digest: digest ?? Self.digest(of: Array(bytes).span.bytes))
  }

  private init(digest: [UInt8]) {
    func word(_ index: Int) -> UInt64 { digest[8 * index..<8 * index + 8].reduce(0) { $0 << 8 | UInt64($1) } }
    words = (word(0), word(1), word(2), word(3))
  }

  /// The identity of a value: of its JSON with sorted keys.
  ///
  /// - Throws: `EncodingError` for a number that is not finite.
  public init(of value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    self.init(ofBytes: try encoder.encode(value))
  }

  /// An identity as it was recorded, 64 hexadecimal digits; of any other text its hash, so that two texts are two identities.
  public init(hex: String) {
    var digits = hex.utf8.compactMap(Self.digit)
    guard digits.count == 64, hex.utf8.count == 64 else {
      self.init(ofBytes: hex.utf8)
      return
    }
    for index in 0..<32 { digits[index] = digits[2 * index] << 4 | digits[2 * index + 1] }
    self.init(digest: digits)
  }

  private static func digit(_ letter: UInt8) -> UInt8? {
    switch letter {
    case 0x30...0x39: letter - 0x30
    case 0x61...0x66: letter - 0x57
    default: nil
    }
  }

  /// Text on one JSON string, not an object.
  public init(from decoder: any Decoder) throws {
    self.init(hex: try decoder.singleValueContainer().decode(String.self))
  }

  /// Text on one JSON string, not an object.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(hex)
  }

  /// The order of the digits.
  public static func < (left: Identity, right: Identity) -> Bool { left.words < right.words }

  /// Equal digests.
  public static func == (left: Identity, right: Identity) -> Bool { left.words == right.words }

  /// The first digits are enough: they are a hash already.
  public func hash(into hasher: inout Hasher) { hasher.combine(words.0) }

  private static func digest(of bytes: RawSpan) -> [UInt8] {
    // The program has proved at its start that libcrypto has SHA-256 (SHA256.prove): what is left is a mistake of its own.
    do { return try SHA256.digest(of: bytes) } catch { fatalError("\(error)") }
  }
}
