internal import CCrypto
public import Diagnostics

/// A call of libcrypto that failed.
public struct HashingError: ProgramError, Equatable {
  /// The function of libcrypto.
  public let routine: String
  /// What libcrypto says about it.
  public let reason: String

  /// The system refused.
  public var exitStatus: ExitStatus { .inputOutput }

  /// One line: what was got, what was expected, what to do.
  public var description: String {
    "\(routine) failed: \(reason); expected SHA-256 from the system's OpenSSL (libcrypto): check its configuration "
      + "(openssl version -d, OPENSSL_CONF) until 'openssl sha256' works"
  }

  /// The error that libcrypto recorded last on this thread, of which it forgets all.
  static func last(_ routine: String) -> HashingError {
    var text = [CChar](repeating: 0, count: 256)
    let code = ERR_peek_last_error()
    ERR_error_string_n(code, &text, text.count)
    ERR_clear_error()
    let message = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return HashingError(routine: routine, reason: code == 0 ? "it does not say why" : message)
  }
}
