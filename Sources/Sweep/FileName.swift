/// What may stand in the name of a file or folder on every file system.
enum FileName {
  /// The most bytes of a name that ``made(from:)`` makes. File systems take 255: the rest is for identities, extensions, and
  /// what is written in front and behind while a file is made.
  static let longest = 180

  /// The rule in words.
  static let expected = "a name of 1 to 64 letters, digits, '.', '_' or '-', starting with a letter or a digit"

  /// Whether a text keeps the rule.
  static func isValid(_ text: String) -> Bool {
    guard (1...64).contains(text.utf8.count), let first = text.utf8.first else { return false }
    return text.utf8.allSatisfy(isAllowed) && isLetterOrDigit(first)
  }

  /// The text with each run of other characters replaced by one `-`, none at the end; of a text that is too long the beginning,
  /// and the first 8 digits of the SHA-256 of the whole.
  static func made(from text: String) -> String {
    let name = text.utf8.split { !isAllowed($0) }.map { String(Substring($0)) }.joined(separator: "-")
    guard name.utf8.count > longest else { return name }
    return "\(name.prefix(longest - 9))-\(Identity(ofBytes: Array(text.utf8)).short)"
  }

  private static func isAllowed(_ byte: UInt8) -> Bool {
    isLetterOrDigit(byte) || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
  }

  private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "a")...UInt8(ascii: "z"):
      true
    default: false
    }
  }
}
