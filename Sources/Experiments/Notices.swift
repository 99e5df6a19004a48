public import BERT
public import GLUE
public import Tokenization

/// What a user would want to know of what is decided without a question: a sentence each, in a fixed order.
public enum Notices {
  /// About a model and its tokenizer.
  ///
  /// - Parameter network: what takes the checkpoint's parameters; nil when nothing does, but all are drawn at random.
  /// - Throws: `TensorFileError`, `LinearAlgebraError` for more memory than there is.
  public static func of(
    _ checkpoint: Checkpoint, _ tokenizer: WordPieceTokenizer, for network: BERTModel?
  ) throws -> [String] {
    var notices: [String] = []
    if let network {
      if !checkpoint.hasPooler {
        notices.append("the model has no pooler: one is drawn at random, keyed by the initialisation's seed")
      }
      notices += try about(numbersOf: checkpoint, network)
      // Buffers that transformers makes anew when it loads a model.
      let unused = checkpoint.tensors(unusedBy: network).filter {
        !$0.hasSuffix("position_ids") && !$0.hasSuffix("token_type_ids")
      }
      if !unused.isEmpty {
        let names = unused.prefix(6).map(\.debugDescription).joined(separator: ", ")
        notices.append(
          "\(unused.count) \(unused.count == 1 ? "tensor" : "tensors") of the model \(unused.count == 1 ? "is" : "are") not "
            + "used: \(names)\(unused.count > 6 ? ", ..." : "")")
      }
    }
    if tokenizer.looksCasedWithoutSettings {
      notices.append(
        "the vocabulary has words with capitals, and no file says whether to lowercase: text is lowercased, as transformers "
          + "does, so that these words are never found; if the model is cased, write {\"do_lower_case\": false} into its "
          + "tokenizer_config.json")
    }
    if tokenizer.hasOtherVocabularyFile {
      notices.append(
        "the model's vocab.txt has other tokens or ids than its tokenizer.json, which counts, as in transformers")
    }
    return notices
  }

  /// About parameters that are none.
  ///
  /// - Throws: `TensorFileError`, `LinearAlgebraError` for more memory than there is.
  public static func about(numbersOf checkpoint: Checkpoint, _ network: BERTModel) throws -> [String] {
    try checkpoint.tensorsWithoutNumbers(of: network).prefix(4).map {
      "tensor \($0.debugDescription) of the model holds NaN or infinity, and so will what is computed from it; take a "
        + "checkpoint from before training diverged, or download it again"
    }
  }

  /// About a task's rows as a model reads them.
  ///
  /// - Parameters:
  ///   - task: its name.
  ///   - splits: the rows of some splits.
  ///   - maxLengths: the lengths that examples are cut to, none above what the data were encoded with.
  ///   - tokenizer: what encoded them.
  public static func of(
    _ task: String, _ splits: [(split: Split, data: EncodedDataset)], maxLengths: [Int], tokenizer: WordPieceTokenizer
  ) -> [String] {
    var notices: [String] = []
    for length in maxLengths {
      let cut = splits.map { ($0.split.called, $0.data.cut(to: length), $0.data.count) }.filter { $0.1 > 0 }
      if !cut.isEmpty {
        let parts = cut.map { "\(Share($0.1, of: $0.2)) \($0.0) rows" }.joined(separator: " and ")
        notices.append("\(task): \(parts) are cut to max_length, \(length) tokens")
      }
    }
    let unknown = splits.map { ($0.split.called, $0.data.share(of: tokenizer.unknownToken)) }.filter { $0.1 > 0.05 }
    if !unknown.isEmpty {
      let parts = unknown.map { "\(Share.percent($0.1)) of the \($0.0) tokens" }.joined(separator: " and ")
      notices.append(
        "\(task): \(parts) are [UNK], which says nothing of the word; does the vocabulary fit the language and its script?"
      )
    }
    return notices
  }
}
