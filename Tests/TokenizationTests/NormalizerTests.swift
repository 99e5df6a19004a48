import Testing
import Tokenization

@Suite struct NormalizerTests {
  private func normalized(_ text: String, _ options: Options = Options()) -> [Unicode.Scalar] {
    Array(String(decoding: Normalizer(options).normalize(text), as: UTF8.self).unicodeScalars)
  }

  private func scalars(_ text: String) -> [Unicode.Scalar] { Array(text.unicodeScalars) }

  @Test func controlCharactersGo() {
    #expect(normalized("a\0b\u{7}c\u{7F}d\u{85}e\u{AD}f\u{200D}g\u{FEFF}h\u{FFFD}i\u{E000}j") == scalars("abcdefghij"))
  }

  @Test func whiteSpaceBecomesSpace() {
    #expect(normalized("a\tb\nc\rd\u{A0}e\u{2003}f\u{2028}g\u{3000}h") == scalars("a b c d e f g h"))
    // The normaliser counts these as control characters, not as white space.
    #expect(normalized("a\u{B}b\u{C}c\u{1C}d") == scalars("abcd"))
  }

  @Test func unassignedScalarsStay() {
    #expect(normalized("\u{378}\u{FFFE}\u{50000}") == scalars("\u{378}\u{FFFE}\u{50000}"))
  }

  @Test func ideographsAreSetApart() {
    #expect(normalized("a東京b") == scalars("a 東  京 b"))
    #expect(normalized("かな서") == scalars("かな\u{1109}\u{1165}"))
    #expect(normalized("a東b", .with { $0.separatesIdeographs = false }) == scalars("a東b"))
    // A compatibility ideograph is first surrounded by spaces, then decomposed.
    #expect(normalized("\u{F900}") == scalars(" \u{8C48} "))
  }

  @Test func accentsGoWithCase() {
    #expect(normalized("ÀÉîõÜ ǖ Ấ") == scalars("aeiou u a"))
    #expect(normalized("ÀÉ", .cased) == scalars("ÀÉ"))
    #expect(normalized("ÀÉ", .with { $0.stripsAccents = false }) == scalars("àé"))
    #expect(
      normalized(
        "ÀÉ",
        .with {
          $0.lowercases = false
          $0.stripsAccents = true
        }) == scalars("AE"))
  }

  @Test func lowercaseLooksAtNoNeighbour() {
    // No final sigma; U+0130 gives two scalars unless its dot is stripped.
    #expect(normalized("ΟΔΟΣ") == scalars("οδοσ"))
    #expect(normalized("İ", .with { $0.stripsAccents = false }) == scalars("i\u{307}"))
    #expect(normalized("İ") == scalars("i"))
    #expect(normalized("ẞ") == scalars("ß"))
  }

  @Test func hangulDecomposes() {
    #expect(
      normalized("\u{AC00}\u{AC01}\u{D7A3}")
        == scalars("\u{1100}\u{1161}\u{1100}\u{1161}\u{11A8}\u{1112}\u{1175}\u{11C2}"))
    #expect(normalized("\u{AC01}", .cased) == scalars("\u{AC01}"))
  }

  @Test func survivingMarksAreInCanonicalOrder() {
    // Spacing marks are kept: U+302E has class 224, U+1B44 class 9.
    #expect(normalized("a\u{302E}\u{1B44}b") == scalars("a\u{1B44}\u{302E}b"))
    #expect(normalized("a\u{1B44}\u{302E}b") == scalars("a\u{1B44}\u{302E}b"))
    // Marks of equal class keep their order. These two, of class 230, are newer than the table of accents.
    #expect(normalized("\u{1DFB}\u{8D4}") == scalars("\u{1DFB}\u{8D4}"))
    #expect(normalized("\u{8D4}\u{1DFB}") == scalars("\u{8D4}\u{1DFB}"))
    // Neither stripped marks nor removed characters separate marks, but a stripped mark of class 0 does.
    #expect(normalized("\u{302E}\u{301}\u{200D}\u{1B44}") == scalars("\u{1B44}\u{302E}"))
    #expect(normalized("\u{302E}\u{FE0F}\u{1B44}") == scalars("\u{302E}\u{1B44}"))
    #expect(normalized("\u{302E} \u{1B44}") == scalars("\u{302E} \u{1B44}"))
    // Marks from a decomposition take part: U+1D15F ends in U+1D165 of class 216.
    #expect(normalized("\u{1D15F}\u{1B44}") == scalars("\u{1D158}\u{1B44}\u{1D165}"))
    #expect(normalized("\u{302E}\u{1B44}", .cased) == scalars("\u{302E}\u{1B44}"))
  }
}
