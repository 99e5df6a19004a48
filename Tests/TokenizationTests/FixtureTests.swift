import Foundation
import Testing
import Tokenization

/// Ids that `transformers` gives for generated strings; made by tools/fixtures/tokenizer_fixture.py.
private struct Fixture: Decodable {
  struct Pair: Decodable {
    var first: Int
    var second: Int
    var maxLength: Int
    var cased: Bool
    var ids: String
    var typeIDs: String
  }

  var schema: String
  var vocabulary: [String]
  var strings: [String]
  var uncased: [String]
  var cased: [String]
  var pairs: [Pair]

  static func load() throws -> Fixture {
    let file = try #require(
      Bundle.module.url(forResource: "tokenizer", withExtension: "json", subdirectory: "Fixtures"))
    let fixture = try JSONDecoder().decode(Fixture.self, from: Data(contentsOf: file))
    try #require(fixture.schema == "tokenizer-fixture/1")
    return fixture
  }
}

private func shown(_ numbers: [some BinaryInteger]) -> String { numbers.map { "\($0)" }.joined(separator: " ") }

@Suite struct FixtureTests {
  private let fixture: Fixture
  private let uncased: WordPieceTokenizer
  private let cased: WordPieceTokenizer

  init() throws {
    fixture = try Fixture.load()
    let vocabulary = Vocabulary(tokens: fixture.vocabulary)
    uncased = try WordPieceTokenizer(vocabulary: vocabulary, options: Options())
    cased = try WordPieceTokenizer(vocabulary: vocabulary, options: .cased)
  }

  @Test func singleTexts() throws {
    #expect(fixture.strings.count == 2000)
    for (tokenizer, expected) in [(uncased, fixture.uncased), (cased, fixture.cased)] {
      for (string, ids) in zip(fixture.strings, expected) {
        let encoding = try tokenizer.encode(string)
        #expect(shown(encoding.ids) == ids, "\(string.unicodeScalars.map { String($0.value, radix: 16) })")
        #expect(encoding.typeIDs == Array(repeating: 0, count: encoding.ids.count))
      }
    }
  }

  @Test func truncatedPairs() throws {
    #expect(fixture.pairs.count == 400)
    for pair in fixture.pairs {
      let tokenizer = pair.cased ? cased : uncased
      let encoding = try tokenizer.encode(
        fixture.strings[pair.first], pair: fixture.strings[pair.second], maxLength: pair.maxLength)
      #expect(shown(encoding.ids) == pair.ids, "strings \(pair.first) and \(pair.second)")
      #expect(shown(encoding.typeIDs) == pair.typeIDs, "strings \(pair.first) and \(pair.second)")
    }
  }
}
