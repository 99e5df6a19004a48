public import BERT
public import Diagnostics

/// What can go wrong while a model is trained.
public enum FineTuningError: ProgramError, Equatable {
  /// The data have no labels, or no examples.
  case noLabels
  /// A loss or gradient became NaN or infinite.
  case notFinite(what: String, value: String, step: Int)
  /// A state to resume from belongs to other settings, data or model.
  case otherState(path: String, got: String, expected: String)
  /// A state to resume from cannot be read.
  case stateUnreadable(path: String, reason: String)
  /// A layer is to be frozen that the model does not have.
  case noSuchLayer(got: Int, layers: Int)
  /// A text to pre-train on has no words.
  case noText(path: String)
  /// The model cannot read a document of a text to pre-train on.
  case unreadableText(path: String, document: Int, problem: ModelError)
  /// Sequences of a text to pre-train on have no room for a word.
  case sequenceLength(got: Int)
  /// The layer-wise decay of the learning rate is not above 0 and at most 1.
  case layerDecay(got: String)

  /// Bad input, but for a training that diverged.
  public var exitStatus: ExitStatus {
    if case .notFinite = self { .failed } else { .badInput }
  }

  /// One line: what was got, what was expected, what to do.
  public var description: String {
    switch self {
    case .noLabels:
      "the examples have no labels (or there are none), labelled examples are expected; choose a split with labels, "
        + "such as train or dev"
    case .notFinite(let what, let value, let step):
      "the \(what) of step \(step) is \(value), a finite number is expected; lower the learning rate"
    case .otherState(let path, let got, let expected):
      "\(path) was written by another run (\(got)), this one is \(expected); choose another output folder, or "
        + "remove it to start anew"
    case .stateUnreadable(let path, let reason):
      "\(path) is not a state to resume from (\(reason)); remove it to start this run anew"
    case .noSuchLayer(let got, let layers):
      "layer \(got) is to be frozen, the model has layers 0 to \(layers - 1); name layers of this model"
    case .noText(let path):
      "\(path) has no line with a word, one document per line is expected; give a plain text file"
    case .unreadableText(let path, let document, .segmentOutOfRange(_, let limit)):
      "\(path): document \(document) has a tab, which parts two segments, and the model knows \(limit) (type_vocab_size "
        + "\(limit)); give a text without tabs, or a model with type_vocab_size 2"
    case .unreadableText(let path, let document, let problem):
      "\(path): document \(document): \(problem)"
    case .sequenceLength(let got):
      "sequences of at most \(got) tokens were asked for, [CLS], a word and [SEP] are 3; ask for more, 128 is usual"
    case .layerDecay(let got):
      "the layer-wise decay of the learning rate is \(got), a number above 0 and at most 1 is expected; 1 turns it off"
    }
  }
}

extension FineTuningError {
  /// Checks what a step came to.
  ///
  /// - Throws: ``notFinite(what:value:step:)``.
  static func checkFinite(loss: Double, gradientNorm: Double, step: Int) throws(FineTuningError) {
    for (what, value) in [("loss", loss), ("gradient norm", gradientNorm)] where !value.isFinite {
      // A NaN may have a sign, which says nothing.
      throw .notFinite(what: what, value: value.isNaN ? "nan" : "\(value)", step: step)
    }
  }
}
