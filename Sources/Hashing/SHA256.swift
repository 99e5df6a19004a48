internal import CCrypto

/// SHA-256 (FIPS 180-4) of bytes that come in pieces, by the system's libcrypto: assembly for the processor at hand.
///
/// How the bytes are cut into pieces does not change the digest.
public struct SHA256: ~Copyable {
  /// An `EVP_MD_CTX`.
  private let context: OpaquePointer

  /// Starts with no bytes.
  ///
  /// - Throws: ``HashingError``.
  public init() throws(HashingError) { context = try Self.started() }

  /// Appends bytes; any number of times.
  ///
  /// - Throws: ``HashingError``.
  public mutating func update(_ bytes: RawSpan) throws(HashingError) {
    try Self.check(
      "EVP_DigestUpdate", bytes.withUnsafeBytes { EVP_DigestUpdate(context, $0.baseAddress, $0.count) })
  }

  /// The digest of all bytes: 32 bytes.
  ///
  /// - Throws: ``HashingError``.
  public consuming func digest() throws(HashingError) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
    var count: UInt32 = 0
    try Self.check("EVP_DigestFinal_ex", EVP_DigestFinal_ex(context, &digest, &count))
    return Array(digest.prefix(Int(count)))
  }

  deinit { EVP_MD_CTX_free(context) }

  /// The digest of bytes that are all there.
  ///
  /// - Throws: ``HashingError``.
  public static func digest(of bytes: RawSpan) throws(HashingError) -> [UInt8] {
    var hash = try SHA256()
    try hash.update(bytes)
    return try hash.digest()
  }

  /// Hashes nothing. A libcrypto without SHA-256, which its configuration can bring about, thus shows when the program
  /// starts: behind this call hashing no longer fails.
  ///
  /// - Throws: ``HashingError``.
  public static func prove() throws(HashingError) {
    _ = try digest(of: RawSpan())
  }

  private static func started() throws(HashingError) -> OpaquePointer {
    guard let context = EVP_MD_CTX_new() else { throw HashingError.last("EVP_MD_CTX_new") }
    do { try check("EVP_DigestInit_ex", EVP_DigestInit_ex(context, EVP_sha256(), nil)) } catch {
      EVP_MD_CTX_free(context)
      throw error
    }
    return context
  }

  /// libcrypto's functions return 1 when all went well.
  private static func check(_ routine: String, _ status: Int32) throws(HashingError) {
    guard status == 1 else { throw HashingError.last(routine) }
  }
}
