import BERT
import FineTuning
import Foundation
import LinearAlgebra
import Testing
import Tokenization

@Suite struct PretrainingTextTests {
  private func tokenizer() throws -> WordPieceTokenizer {
    try WordPieceTokenizer(
      vocabulary: Vocabulary(tokens: ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "b", "c", "d", "e"]),
      options: Options())
  }

  /// Room for three words a sequence: five make two sequences, four of them special.
  @Test func documentsAreCut() throws {
    let text = try TinyText.text("a b c d e\n\n  \nE\n\u{0}\nb c d", try tokenizer(), maximumLength: 5)
    #expect(text.documents == 3 && text.count == 4 && text.tokenCount == 17)
    #expect(
      (0..<4).map { Array(text.sequences[$0].tokens) } == [
        [2, 5, 6, 7, 3], [2, 8, 9, 3], [2, 9, 3], [2, 6, 7, 8, 3],
      ])
  }

  /// A pair that does not fit is two documents; one without words is none.
  @Test func aTabPartsSegments() throws {
    let text = try TinyText.text("a b\tc\na b c\td\n\u{0}\t\u{0}\n\te\td", try tokenizer(), maximumLength: 6)
    #expect(text.documents == 3)
    #expect(
      (0..<text.count).map { Array(text.sequences[$0].tokens) }
        == [[2, 5, 6, 3, 7, 3], [2, 5, 6, 7, 3], [2, 8, 3], [2, 9, 3, 8, 3]])
    #expect((0..<text.count).map { text.sequences[$0].segments.filter { $0 == 1 }.count } == [2, 0, 0, 2])
  }

  /// A model of one segment reads no pair, and is told where the first is.
  @Test func pairsNeedTwoSegments() throws {
    let limits = InputLimits(vocabularySize: 10, maximumPositions: 8, segmentTypes: 1)
    #expect(try TinyText.text("a b\nc", try tokenizer(), maximumLength: 8, limits: limits).count == 2)
    let error = try #require(throws: FineTuningError.self) {
      try TinyText.text("a b\nc\td\n", try tokenizer(), maximumLength: 8, limits: limits)
    }
    guard case .unreadableText(_, document: 2, .segmentOutOfRange(id: 1, limit: 1)) = error else {
      Issue.record("\(error)")
      return
    }
    #expect("\(error)".contains("document 2 has a tab") && "\(error)".contains("type_vocab_size 2"))
  }

  @Test func unusableTextsAreRefused() throws {
    let tokenizer = try tokenizer()
    #expect(throws: FineTuningError.sequenceLength(got: 2)) {
      try TinyText.text("a", tokenizer, maximumLength: 2)
    }
    let error = try #require(throws: FineTuningError.self) { try TinyText.text("\n \n", tokenizer, maximumLength: 8) }
    guard case .noText = error else { Issue.record("\(error)"); return }
  }

  /// A model with fewer positions or words than the text has.
  @Test func theModelMustReadTheText() throws {
    let tiny = try TinyText()
    var short = tiny.model.configuration
    short.maximumPositions = 15
    var small = tiny.model.configuration
    small.vocabularySize = 12
    for configuration in [short, small] {
      let model = BERTModel(configuration, head: .maskedLanguageModel)
      #expect(throws: ModelError.self) {
        try Pretrainer(model, text: tiny.text, maskToken: 4, settings: tiny.settings, seed: 1) { _ in }
      }
    }
  }
}

@Suite struct PretrainerTests {
  /// An embedding with rows that no word has: they are never read as input, so that their numbers change nothing.
  @Test func paddedRowsAreNoInput() throws {
    let tiny = try TinyText()
    var configuration = tiny.model.configuration
    let words = configuration.vocabularySize
    configuration.vocabularySize = words + 1000
    let model = BERTModel(configuration, head: .maskedLanguageModel)
    var settings = tiny.settings
    (settings.steps, settings.maskedShare) = (1, 1)
    let losses = try [Float(0), 7].map { value in
      let trainer = try Pretrainer(model, text: tiny.text, maskToken: 4, settings: settings, seed: 1) { parameters in
        model.initialiseEncoder(parameters, seed: 1)
        model.initialiseHead(parameters, seed: 1)
        for entry in model.table.entries {
          let columns = entry.shape.dropFirst().reduce(1, *)
          switch entry.name {
          case "embeddings.word_embeddings.weight":
            for i in entry.range.dropFirst(words * columns) { parameters[i] = value }
          case "cls.predictions.bias": for i in entry.range.dropFirst(words) { parameters[i] = -1e30 }
          default: break
          }
        }
      }
      try trainer.advance()
      return trainer.history[0].loss
    }
    #expect(losses[0] == losses[1] && losses[0].isFinite)
  }

  private func run(_ trainer: Pretrainer) throws -> (history: [PretrainingRecord], parameters: [Float]) {
    while trainer.step < trainer.settings.steps { try trainer.advance() }
    return (
      trainer.history, Array(UnsafeBufferPointer(start: trainer.parameters, count: trainer.model.table.count))
    )
  }

  @Test func everyPassSeesEverySequenceOnceInAnotherOrder() throws {
    let tiny = try TinyText()
    let trainer = try tiny.trainer(tiny.settings)
    let passes = (0..<2).map { pass in
      (0..<trainer.stepsPerPass).flatMap { trainer.sequences(step: pass * trainer.stepsPerPass + $0) }
    }
    #expect(tiny.text.count > TinyText.documents.count, "some documents are cut")
    #expect(passes.allSatisfy { $0.sorted() == Array(0..<tiny.text.count) } && passes[0] != passes[1])
  }

  /// The loss falls from that of a guess, ln 70 = 4.2, past the entropy of the words without their context: the model
  /// looks around.
  @Test func itLearns() throws {
    let tiny = try TinyText()
    var settings = tiny.settings
    settings.steps = 250
    let history = try run(try tiny.trainer(settings)).history
    #expect(abs(history[0].loss - log(70)) < 0.3 && history[0].accuracy < 0.2)
    let last = history.suffix(20)
    let (loss, accuracy) = (last.reduce(0) { $0 + $1.loss } / 20, last.reduce(0) { $0 + $1.accuracy } / 20)
    let words = (0..<tiny.text.count).flatMap { tiny.text.sequences[$0].tokens.dropFirst().dropLast() }
    let counts = Dictionary(words.map { ($0, 1.0) }) { $0 + $1 }.values
    let entropy = counts.reduce(0) { $0 - $1 / Double(words.count) * log($1 / Double(words.count)) }
    #expect(loss < entropy - 0.5)
    #expect(accuracy > 0.3)
  }

  /// The same bits on any number of processes, more processes than shares among them; other shares, the same to rounding.
  @Test(arguments: [(4, 1), (4, 2), (4, 3), (4, 4), (2, 3)])
  func sharesMakeTheBitsAndProcessesDoNot(shares: Int, ranks: Int) throws {
    let tiny = try TinyText()
    var settings = tiny.settings
    settings.shares = shares
    settings.microBatchSize = 3
    let alone = try run(try tiny.trainer(settings))
    let gang = MemoryGang(ranks: ranks, shares: shares)
    let trainers = try (0..<ranks).map { try tiny.trainer(settings, gang: gang.part(of: $0)) }
    var failures = [(any Error)?](repeating: nil, count: ranks)
    try ThreadTeam(count: ranks).run { rank in
      do { while trainers[rank].step < settings.steps { try trainers[rank].advance() } } catch {
        failures[rank] = error
      }
    }
    #expect(failures.allSatisfy { $0 == nil })
    for trainer in trainers {
      let together = try run(trainer)
      #expect(together.history == alone.history && together.parameters == alone.parameters)
    }
    settings.shares = 1
    settings.steps = 3
    let whole = try run(try tiny.trainer(settings)).history
    settings.shares = shares
    for (a, b) in zip(whole, try run(try tiny.trainer(settings)).history) {
      #expect(abs(a.loss - b.loss) < 1e-5 && abs(a.gradientNorm - b.gradientNorm) < 1e-4)
    }
  }

  @Test func microBatchesAndThreadsChangeRoundingAlone() throws {
    let tiny = try TinyText()
    var settings = tiny.settings
    settings.steps = 3
    let whole = try run(try tiny.trainer(settings)).history
    settings.microBatchSize = 4
    for (a, b) in zip(whole, try run(try tiny.trainer(settings, threads: 3)).history) {
      #expect(abs(a.loss - b.loss) < 1e-5 && abs(a.gradientNorm - b.gradientNorm) < 1e-4)
    }
    settings.recomputesLayers = true
    let recomputed = try run(try tiny.trainer(settings)).parameters
    settings.recomputesLayers = false
    #expect(try run(try tiny.trainer(settings)).parameters == recomputed)
  }

  @Test func seedsChangeTheResult() throws {
    let tiny = try TinyText()
    var settings = tiny.settings
    settings.steps = 2
    let one = try run(try tiny.trainer(settings, seed: 1))
    #expect(try run(try tiny.trainer(settings, seed: 1)) == one)
    #expect(try run(try tiny.trainer(settings, seed: 2)) != one)
  }

  @Test func notFiniteLossIsAnError() throws {
    let tiny = try TinyText()
    var settings = tiny.settings
    settings.learningRate = 1e30
    settings.warmup = 0
    settings.optimiser.maximumNorm = 1e30
    let trainer = try tiny.trainer(settings)
    #expect(throws: FineTuningError.self) { while trainer.step < settings.steps { try trainer.advance() } }
  }
}

@Suite struct PretrainingTests {
  /// Interrupted after any number of steps, even several times, the final model and every record have the same bits.
  @Test(arguments: [[1], [5], [6, 7], [11]], [1, 3])
  func resumedBitsEqualUninterruptedBits(stops: [Int], shares: Int) throws {
    let tiny = try TinyText()
    var settings = tiny.settings
    settings.shares = shares
    try withFolder { whole in
      let one = try tiny.pretraining(try tiny.trainer(settings), in: whole)
      #expect(try one.run(from: whole) == .finished)
      #expect(one.evaluations.map(\.step) == [5, 10, 12])
      try withFolder { parts in
        for stop in stops {
          let trainer = try tiny.trainer(settings)
          let part = try tiny.pretraining(trainer, in: parts)
          #expect(try part.run(from: parts, shouldStop: { trainer.step >= stop - 1 }) == .interrupted)
          #expect(trainer.step == stop)
        }
        let last = try tiny.pretraining(try tiny.trainer(settings), in: parts)
        #expect(last.trainer.step == stops.last)
        #expect(try last.run(from: parts) == .finished)
        #expect(last.trainer.history == one.trainer.history && last.evaluations == one.evaluations)
        for file in ["model.safetensors", "config.json"] {
          let (a, b) = (
            try Data(contentsOf: whole.appending(path: file)), try Data(contentsOf: parts.appending(path: file))
          )
          #expect(a == b, "\(file)")
        }
        #expect(!FileManager.default.fileExists(atPath: parts.appending(path: "resume").path))
      }
    }
  }

  @Test func stateOfAnotherRunIsRefused() throws {
    let tiny = try TinyText()
    try withFolder { folder in
      let first = try tiny.pretraining(try tiny.trainer(tiny.settings), in: folder)
      #expect(try first.run(from: folder, shouldStop: { true }) == .interrupted)
      #expect(throws: FineTuningError.self) {
        try tiny.pretraining(try tiny.trainer(tiny.settings), in: folder, identity: "two")
      }
    }
  }

  /// The final model is a Hugging Face directory from which pre-training and fine-tuning go on.
  @Test func finalModelIsAHuggingFaceDirectory() throws {
    let tiny = try TinyText()
    try withFolder { folder in
      let run = try tiny.pretraining(try tiny.trainer(tiny.settings), in: folder)
      #expect(try run.run(from: folder) == .finished)
      let read = try Checkpoint(directory: folder)
      #expect(read.predictsMaskedTokens && !read.hasPooler)
      #expect(read.configuration == tiny.model.configuration)
      let parameters = try read.parameters(for: tiny.model, poolerSeed: 9)
      #expect(parameters.isMapped)
      #expect((0..<parameters.count).allSatisfy { parameters.base[$0] == run.trainer.parameters[$0] })
      let dev = try MaskedEvaluator(tiny.model, tiny.text, maskToken: 4, maskedShare: 0.15, seed: 1, batchSize: 8)
      let result = dev.evaluate(parameters.base)
      #expect(result.loss == run.evaluations.last?.loss && result.accuracy == run.evaluations.last?.accuracy)
      let masking = try Masking(
        seed: 1, share: 0.15, vocabularySize: 70, maskToken: 4, limits: tiny.text.sequences.limits)
      #expect(
        result.count
          == (0..<tiny.text.count).reduce(0) { $0 + masking.predictions(among: tiny.text.sequences.lengths[$1] - 2) })
    }
  }
}
