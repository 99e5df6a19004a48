import Hashing
import Testing

@Suite struct SHA256Tests {
  /// FIPS 180-2, appendix B, and the empty message.
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
  ])
  func messagesOfTheStandard(text: String, hex: String) throws {
    #expect(try digits(SHA256.digest(of: Array(text.utf8).span.bytes)) == hex)
  }

  /// FIPS 180-2, appendix B.3.
  @Test func aMillionLettersInPieces() throws {
    let piece = [UInt8](repeating: UInt8(ascii: "a"), count: 1000)
    var hash = try SHA256()
    for _ in 0..<1000 { try hash.update(piece.span.bytes) }
    #expect(try digits(hash.digest()) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }

  /// SHA-256 works on blocks of 64 bytes, the last of which holds the length behind 55 bytes at most.
  @Test(arguments: [0, 1, 54, 55, 56, 63, 64, 65, 119, 120, 127, 128, 129, 1000])
  func piecesChangeNothing(count: Int) throws {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 7) }
    let whole = try SHA256.digest(of: bytes.span.bytes)
    for size in [1, 3, 63, 64, 65] {
      var hash = try SHA256()
      for start in stride(from: 0, to: count, by: size) {
        try hash.update(bytes[start..<min(start + size, count)].span.bytes)
        try hash.update(RawSpan())
      }
      #expect(try hash.digest() == whole, "in pieces of \(size)")
    }
    var other = bytes + [0]
    #expect(try SHA256.digest(of: other.span.bytes) != whole)
    other[count] = 1
    #expect(try SHA256.digest(of: other.span.bytes) != whole)
  }

  @Test func libcryptoHasIt() throws { try SHA256.prove() }

  private func digits(_ digest: [UInt8]) -> String {
    digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
