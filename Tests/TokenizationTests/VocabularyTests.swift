import Foundation
import Testing
import Tokenization

@Suite struct VocabularyTests {
  private func read(_ bytes: [UInt8]) throws -> Vocabulary {
    try withDirectory([:]) { (directory: URL) in
      let file = directory.appendingPathComponent("vocab.txt")
      try Data(bytes).write(to: file)
      return try Vocabulary(contentsOf: file)
    }
  }

  @Test func idsAreIndices() {
    let vocabulary = Vocabulary(tokens: ["a", "##a", "b"])
    #expect(vocabulary.id(of: "a") == 0)
    #expect(vocabulary.id(of: "##a") == 1)
    #expect(vocabulary.id(of: "b") == 2)
    #expect(vocabulary.id(of: "c") == nil)
    #expect(vocabulary.id(of: "") == nil)
    #expect(vocabulary.size == 3)
    #expect(Vocabulary(tokens: []).size == 0)
  }

  @Test func canonicallyEquivalentTokensDiffer() {
    let vocabulary = Vocabulary(tokens: ["\u{C5}", "\u{212B}", "A\u{30A}"])
    #expect(vocabulary.id(of: "\u{C5}") == 0)
    #expect(vocabulary.id(of: "\u{212B}") == 1)
    #expect(vocabulary.id(of: "A\u{30A}") == 2)
  }

  @Test func manyTokensAreFound() {
    let vocabulary = Vocabulary(tokens: (0..<5000).map { "t\($0)" })
    #expect((0..<5000).allSatisfy { vocabulary.id(of: "t\($0)") == Int32($0) })
    #expect(vocabulary.id(of: "t5000") == nil)
  }

  @Test func theLastOfEqualTokensCounts() {
    let vocabulary = Vocabulary(tokens: ["a", "b", "a"])
    #expect(vocabulary.id(of: "a") == 2)
    #expect(vocabulary.size == 3)
  }

  @Test func linesEndAtLineFeedsOnly() throws {
    let vocabulary = try read(Array("a\r\nb\u{2028}c\n  d \n\ne\u{3000}\nf".utf8))
    #expect(vocabulary.id(of: "a") == 0)
    #expect(vocabulary.id(of: "b\u{2028}c") == 1)
    #expect(vocabulary.id(of: "  d") == 2)
    #expect(vocabulary.id(of: "") == 3)
    #expect(vocabulary.id(of: "e") == 4)
    #expect(vocabulary.id(of: "f") == 5)
    #expect(vocabulary.size == 6)
    #expect(try read(Array("a\nb\n".utf8)).size == 2)
  }

  @Test func emptyLinesNeedNoRow() throws {
    #expect(try read(Array("a\nb\n\n \n".utf8)).size == 2)
    #expect(try read(Array("a\n\nb".utf8)).size == 3)
  }

  @Test func aByteOrderMarkIsCalledSo() throws {
    let error = try #require(throws: TokenizationError.self) { try read([0xEF, 0xBB, 0xBF, 0x61, 0x0A]) }
    guard case .byteOrderMark(_, "UTF-8") = error else { Issue.record("\(error)"); return }
  }

  @Test func invalidUTF8IsRefusedWithItsLine() throws {
    let error = try #require(throws: TokenizationError.self) { try read([0x61, 0x0A, 0x62, 0xFF, 0x0A]) }
    guard case .invalidUTF8(let file, 2) = error else { Issue.record("\(error)"); return }
    #expect(file.hasSuffix("vocab.txt"))
    #expect(error.description.contains("vocab.txt, line 2: expected UTF-8"))
  }

  @Test func unreadableFilesAreRefused() throws {
    try withDirectory([:]) { (directory: URL) in
      let error = try #require(throws: TokenizationError.self) { try Vocabulary(contentsOf: directory) }
      guard case .unreadable(directory.path, _) = error else { Issue.record("\(error)"); return }
    }
  }
}
