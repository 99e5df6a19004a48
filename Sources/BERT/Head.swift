/// What stands on top of the encoder.
public enum Head: Sendable, Hashable {
  /// Pooler and a dense layer on each sequence's first token, as Hugging Face's BertForSequenceClassification: `outputs`
  /// numbers, one for each class, or 1 for regression; >= 1.
  case classifier(outputs: Int)
  /// A number for each word of the vocabulary at masked tokens, as BertForMaskedLM: a dense layer with activation and
  /// LayerNorm, then the word embedding as decoder, with a bias. Such a model has no pooler.
  case maskedLanguageModel
}
