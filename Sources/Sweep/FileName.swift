/// What may stand in the name of a file or folder on every file system.
enum FileName {
  /// The rule in words.
  static let expected = "a name of 1 to 64 letters, digits, '.', '_' or '-', starting with a letter or a digit"

  /// Whether a text keeps the rule.
  static func isValid(_ text: String) -> Bool {
    guard (1...64).contains(text.utf8.count), let first = text.utf8.first else { return false }
    return text.utf8.allSatisfy(isAllowed) && isLetterOrDigit(first)
  }

  /// The text with each run of other characters replaced by one `-`, none at the end.
  static func made(from text: String) -> String {
    text.utf8.split { !isAllowed($0) }.map { String(Substring($0)) }.joined(separator: "-")
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
