import BERT
import FineTuning
import Foundation
import JSONReader
import Tokenization

/// The files of a tokenizer, and texts.
let tokenizationTargets = [
  Target(name: "json") { _ in
    Reader { _ = try JSON(parsing: $0) }
  },

  Target(name: "vocabulary") { scratch in
    let folder = try scratch.folder("model")
    return Reader { input in
      scratch.write(input, to: "model/vocab.txt")
      try encode(texts, WordPieceTokenizer(directory: folder))
    }
  },

  // A whole directory and a text.
  Target(name: "tokenizer") { scratch in
    let folder = try scratch.folder("model")
    let names = [
      "tokenizer.json", "vocab.txt", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json",
    ]
    return Reader { input in
      let files = Sections(input, first: "tokenizer.json")
      scratch.write(files, names, in: "model")
      try encode([files.text("text")] + texts, WordPieceTokenizer(directory: folder))
    }
  },

  // A text as `pretrain` reads it, and the vocabulary learned from it.
  Target(name: "text") { scratch in
    let tokenizer = try scratch.tokenizer()
    let limits = try tinyConfiguration().inputLimits
    return Reader { input in
      scratch.write(input, to: "text.txt")
      attempt {
        _ = try PretrainingText(
          contentsOf: scratch.url("text.txt"), tokenizer: tokenizer, maximumLength: 8, limits: limits)
      }
      var learner = VocabularyLearner()
      try TextFile(scratch.url("text.txt")).forEachDocument { learner.read($0) }
      _ = try learner.tokens(size: 300)
    }
  },
]

extension Scratch {
  /// A tokenizer of a few words.
  func tokenizer() throws -> WordPieceTokenizer {
    try WordPieceTokenizer(
      vocabulary: Vocabulary(tokens: ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "b", "##a", "##b", "good"]),
      options: Options())
  }
}

private let texts = ["", "a good film", "[MASK] \u{E9}\u{301}\u{1F642}\u{4E2D}\u{AC01} [CLS]ab##a"]

private func encode(_ texts: [String], _ tokenizer: WordPieceTokenizer) throws {
  for text in texts {
    let whole = try tokenizer.encode(text)
    let pair = try tokenizer.encode(text, pair: texts[0], maxLength: 8)
    for encoding in [whole, pair] {
      expect(encoding.ids.allSatisfy { (0..<tokenizer.vocabularySize).contains(Int($0)) }, "ids in range")
    }
    expect(pair.ids.count <= 8, "ids within the limit")
  }
}
