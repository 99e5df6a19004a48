/// The text of a sweep file, checked so that reading it takes little time and memory, whatever it holds.
struct YAMLText {
  /// The text without a byte order mark.
  let text: String

  /// The most bytes of a sweep file: a thousand entries of a thousand letters. Those of real sweeps have some thousand.
  static let mostBytes = 1_000_000
  /// How deep lists and mappings may be nested; a sweep file needs five levels.
  static let deepest = 64
  /// How many times a file may name an anchor: with more, values that hold each other could grow without bounds.
  static let mostAliases = 100
  /// How many values a file may come to, those that aliases stand for counted each time.
  static let mostValues = 100_000

  /// The text of a file's bytes.
  ///
  /// - Throws: ``SweepError/notYAML(_:problem:)`` for bytes that are not UTF-8, and for a text that is too large, or nested
  ///   too deep, or has too many aliases.
  init(_ bytes: some Collection<UInt8>, file: String) throws {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      let (line, problem) = Self.wrongBytes(Array(bytes))
      throw SweepError.notYAML(.init(file: file, line: line, key: "", section: nil), problem: problem)
    }
    try self.init(text, file: file)
  }

  /// A text that is read already.
  ///
  /// - Throws: as ``init(_:file:)``.
  init(_ text: String, file: String) throws {
    func problem(_ problem: String, line: Int = 1) -> SweepError {
      .notYAML(.init(file: file, line: line, key: "", section: nil), problem: problem)
    }
    guard text.utf8.count <= Self.mostBytes else {
      throw problem("it has \(text.utf8.count) bytes, and at most \(Self.mostBytes) are read")
    }
    // Editors write a byte order mark; in UTF-8 it says nothing.
    self.text = text.unicodeScalars.first == "\u{FEFF}" ? String(text.unicodeScalars.dropFirst()) : text
    if let line = Self.lineBeyond(Self.deepest, self.text) {
      throw problem("lists and mappings are nested more than \(Self.deepest) deep", line: line)
    }
    let aliases = Self.aliases(in: self.text)
    guard aliases <= Self.mostAliases else {
      throw problem("it has \(aliases) aliases (*name), and at most \(Self.mostAliases) are read")
    }
    // A list as a key would be compared with the other keys, however much its aliases come to.
    // `[...]:`, `? ...`, `*name :`.
    let key = /[\]}][ \t]*:|(?:^|[\n\[{,])\s*(?:-[ \t]+)*\?\s|\*[^\s,\[\]{}]+[ \t]*:\s/
    if aliases > 0, self.text.contains(key.matchingSemantics(.unicodeScalar)) {
      throw problem("aliases (*name) and keys that are no names do not go together")
    }
  }

  /// How many words look as aliases do.
  private static func aliases(in text: String) -> Int {
    var count = 0
    var before: UInt8 = 0x20
    for byte in text.utf8 {
      if before == UInt8(ascii: "*"), byte > 0x20, byte != UInt8(ascii: "*") { count += 1 }
      before = byte
    }
    return count
  }

  /// The first line on which more brackets than `depth` are open, or which is indented so far that as many mappings may be.
  /// Brackets in texts count too: nobody has so many of them.
  private static func lineBeyond(_ depth: Int, _ text: String) -> Int? {
    var (open, line, indentation, isIndenting) = (0, 1, 0, true)
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "["), UInt8(ascii: "{"): open += 1
      case UInt8(ascii: "]"), UInt8(ascii: "}"): open = max(0, open - 1)
      case UInt8(ascii: "\n"): (line, indentation, isIndenting) = (line + 1, 0, true)
      // Each of these may begin a list or mapping within a line.
      case UInt8(ascii: " "), UInt8(ascii: "-"), UInt8(ascii: "?"): if isIndenting { indentation += 1 }
      default: isIndenting = false
      }
      if open > depth || indentation > 4 * depth { return line }
    }
    return nil
  }

  /// What is wrong with bytes that are not UTF-8, and in which line.
  private static func wrongBytes(_ bytes: [UInt8]) -> (line: Int, problem: String) {
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
      return (1, "it is UTF-16, as its byte order mark says, and must be UTF-8")
    }
    var line = 1
    for part in bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
      guard String(validating: part, as: UTF8.self) == nil else {
        line += 1
        continue
      }
      let isSurrogate = part.indices.dropLast().contains { part[$0] == 0xED && part[$0 + 1] >= 0xA0 }
      return (line, isSurrogate ? "half a surrogate pair is no character of UTF-8" : "the line is not UTF-8")
    }
    return (1, "it is not UTF-8")
  }
}
