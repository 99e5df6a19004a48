public import Diagnostics

/// What can be wrong with a model: its configuration, its tensors, or what it is asked to read.
public enum ModelError: ProgramError, Equatable {
  /// config.json is missing or cannot be read.
  case configurationUnreadable(path: String, reason: String)
  /// A key of config.json is missing or holds a value that cannot be used.
  case configurationValue(path: String, key: String, got: String, expected: String)
  /// The model is of a kind that is not implemented.
  case unsupported(path: String, key: String, got: String, expected: String)
  /// A tensor that the configuration calls for is not in the checkpoint.
  case missingTensor(path: String, name: String)
  /// A tensor has another shape than the configuration says.
  case wrongShape(path: String, name: String, got: [Int], expected: [Int])
  /// The names of the tensors begin with what a wrapper put before them.
  case prefix(path: String, prefix: String, name: String)
  /// A part of a head is there, and another is not.
  case partialHead(path: String, missing: String)
  /// The decoder of a masked language model's head is not the word embedding.
  case untiedDecoder(path: String, why: String)
  /// Tensors of the encoder that the configuration has no place for.
  case unexpectedTensors(path: String, names: [String])
  /// A task head is needed and the checkpoint has none.
  case missingHead(path: String)
  /// A masked language model's head is needed and the checkpoint has none.
  case missingPredictionHead(path: String)
  /// The head's number of outputs is not what the task needs.
  case headSize(path: String, got: Int, expected: Int)
  /// A sequence is longer than the model has positions, or empty.
  case sequenceLength(got: Int, limit: Int)
  /// A token id is outside the model's vocabulary.
  case tokenOutOfRange(id: Int, limit: Int)
  /// A segment id is outside the model's table, such as a pair's second segment in a model that has one.
  case segmentOutOfRange(id: Int, limit: Int)
  /// A label is not one that the model's head can learn or be scored by.
  case labelOutOfRange(got: String, expected: String)

  /// Bad input.
  public var exitStatus: ExitStatus { .badInput }

  /// One line: what was got, what was expected, what to do.
  public var description: String {
    switch self {
    case .configurationUnreadable(let path, let reason):
      "\(path) cannot be read as a model configuration (\(reason)); point --model at a Hugging Face directory with "
        + "config.json, vocab.txt and model.safetensors"
    case .configurationValue(let path, let key, let got, let expected):
      "\(path): `\(key)` is \(got), expected \(expected)"
    case .unsupported(let path, let key, let got, let expected):
      "\(path): `\(key)` is \(got), which is not implemented; expected \(expected)"
    case .missingTensor(let path, let name):
      "\(path) has no tensor `\(name)`, which its config.json calls for; the checkpoint and config.json do not belong "
        + "together, or it is not a BERT encoder"
    case .wrongShape(let path, let name, let got, let expected):
      "\(path): tensor `\(name)` has shape \(got), config.json calls for \(expected); the two do not belong together"
    case .prefix(let path, let prefix, let name):
      "\(path): the names of its tensors begin with `\(prefix)`, as in `\(name)`, expected `bert.` or nothing before "
        + "`embeddings`; \(Self.wayOut(of: prefix))"
    case .partialHead(let path, let missing):
      "\(path) has tensors of a head, and not its `\(missing)`; download the model again, or remove the others to start "
        + "with a new head"
    case .untiedDecoder(let path, let why):
      "\(path): the decoder of masked tokens is expected to be the word embedding, and is not (\(why)); tie the two, or "
        + "remove the tensors `cls.predictions...`, and a new head starts"
    case .unexpectedTensors(let path, let names):
      "\(path) holds encoder tensors that its config.json has no place for, such as `\(names[0])` "
        + "(\(names.count) in all); the two do not belong together"
    case .missingHead(let path):
      "\(path) has no classifier (`classifier.weight`, `classifier.bias`); give a fine-tuned model, `--head DIR` with "
        + "one, or `--head-seed N` for a random one"
    case .missingPredictionHead(let path):
      "\(path) has no head that predicts masked tokens (`cls.predictions...`); give a model that pre-training wrote, or "
        + "let the head start at random"
    case .headSize(let path, let got, let expected):
      "\(path): the classifier has \(got) outputs, the task needs \(expected); give a model fine-tuned on this task"
    case .sequenceLength(let got, let limit):
      "a sequence of \(got) tokens was got, 1 to \(limit) are possible with this model; state a maximal length "
        + "(--max-length, or `max_length` in the sweep file) of at most \(limit)"
    case .tokenOutOfRange(let id, let limit):
      "token id \(id) was got, the model knows 0 to \(limit - 1); the vocabulary does not fit the checkpoint"
    case .segmentOutOfRange(let id, let limit):
      "segment id \(id) was got, the model knows 0 to \(limit - 1) (type_vocab_size \(limit)); use single texts, or a "
        + "model with type_vocab_size \(id + 1)"
    case .labelOutOfRange(let got, let expected):
      "the label \(got) was got, the model's head takes \(expected); the data and the model must be of one task"
    }
  }

  /// How to save a model without what a wrapper puts before its tensors' names.
  private static func wayOut(of prefix: String) -> String {
    let wrappers = [
      ("module.", "DataParallel"), ("_orig_mod.", "torch.compile"), ("model.", "a class around the model"),
    ]
    guard let (part, wrapper) = wrappers.first(where: { prefix.hasPrefix($0.0) }) else {
      return "save the BERT model alone, by its own save_pretrained, or rename the tensors"
    }
    return
      "\(wrapper) puts `\(part)` there: save what it wraps, `model.\(part)save_pretrained(...)`, or rename the tensors"
  }
}
