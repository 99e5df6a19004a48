public import ArgumentParser
import BERT
import Experiments
import FineTuning
import Foundation
public import GLUE
import LinearAlgebra
import TensorFiles

struct Evaluate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Evaluates a model on a task.",
    discussion: """
      Prints the mean loss, the task's metrics, the share of the commonest class, and how many examples and tokens there \
      were. With --output logits go to a safetensors file, with hidden states and attention where asked for.

      Example: seedscape evaluate --model models/minilm-sst2 --task SST-2 --data glue
      """)

  @OptionGroup(title: "Model") var model: ModelOptions
  @OptionGroup(title: "Task") var task: TaskOptions

  @Option(
    help: .init(
      "Which rows, which must have labels; those of MNLI end in _matched and _mismatched too.", valueName: "split"))
  var split = Split.dev

  @Option(help: .init("The first N examples only. (default: all)", valueName: "N"))
  var limit: Int?

  @Option(
    help: .init(
      "A fixed random sample of N of these examples, as a sweep's `subset` draws it. (default: all)", valueName: "N"))
  var sample: Int?

  @Option(help: .init("The sample's seed.", valueName: "seed"))
  var sampleSeed: UInt64 = 7

  @Option(
    help: .init("Examples of a batch, 1 to 1000000000. The last bits of a result depend on it.", valueName: "n"))
  var batch = 32

  @Option(
    help: .init(
      "Tokens of an example at most, special tokens included. (default: the model's positions)", valueName: "n"))
  var maxLength: Int?

  @Option(
    help: .init("Take the classifier from this Hugging Face directory. (default: the model's)", valueName: "dir"),
    completion: .directory)
  var head: String?

  @Option(help: .init("Take a random classifier, keyed by this seed.", valueName: "seed"))
  var headSeed: UInt64?

  @Option(help: .init("Keys the pooler of a checkpoint that has none.", valueName: "seed"))
  var initialisationSeed: UInt64 = 0

  @Option(
    help: .init("Write logits, and what else is asked for, to this safetensors file.", valueName: "file"),
    completion: .file())
  var output: String?

  @Flag(help: "Write hidden_states.0 ... to the output file.")
  var hiddenStates = false

  @Flag(help: "Write attentions.0 ... to the output file.")
  var attentions = false

  @Flag(help: "Print one JSON object.")
  var json = false

  func validate() throws {
    for (name, value) in [("--limit", limit), ("--sample", sample), ("--max-length", maxLength)] {
      if let value, value < 1 { throw ValidationError("\(name) is \(value), expected at least 1") }
    }
    guard (1...1_000_000_000).contains(batch) else {
      throw ValidationError("--batch is \(batch), expected 1 to 1000000000")
    }
    if (hiddenStates || attentions) && output == nil {
      throw ValidationError("--hidden-states and --attentions need --output FILE")
    }
    if head != nil && headSeed != nil { throw ValidationError("--head and --head-seed exclude each other") }
  }

  func run() throws {
    try RankAgreement.refuseRanks(of: "evaluate")
    let checkpoint = try Checkpoint(directory: model.directory)
    var task = try self.task.resolve()
    let headSource = try head.map { try Checkpoint(directory: URL(filePath: $0, directoryHint: .isDirectory)) }
    let classifier = headSource ?? checkpoint
    if let labels = classifier.configuration.labels, case .classes = task.labels, classifier.outputs != nil {
      task = try task.withLabels(order: labels)
    }
    try task.checkSegments(checkpoint.configuration.inputLimits, model: checkpoint.directory.path)
    let network = BERTModel(checkpoint.configuration, outputs: task.labels.outputCount)
    let parameters = try parameters(checkpoint, head: headSource, network)
    let tokenizer = try model.tokenizer(for: checkpoint.configuration)
    let rows = try task.read(split, in: self.task.folder)
    var data = try EncodedDataset(
      limit.map { rows.examples.prefix($0) } ?? rows.examples[...], tokenizer: tokenizer,
      maximumLength: try maximumLength(maxLength, checkpoint.configuration),
      limits: checkpoint.configuration.inputLimits)
    let available = data.count
    if let sample { data = data.sample(sample, seed: sampleSeed) }
    guard let targets = data.labels else { throw FineTuningError.noLabels }
    let classes = zip(task.labelNames, task.rowsByClass(rows.examples)).map { ($0, [(split, $1)]) }
    if let line = listing(classesOf: task.name, classes) { standardError("seedscape: \(line)") }
    printNotes(
      try Notices.of(
        checkpoint, tokenizer,
        for: head == nil && headSeed == nil ? network : BERTModel(checkpoint.configuration, outputs: nil))
        + task.notices([(split, rows)])
        + (limit.map { task.notices(first: $0, of: rows, called: "--limit") } ?? [])
        + (sample ?? 0 > available ? ["--sample is \(sample ?? 0), and all \(available) examples are used"] : [])
        + Notices.of(
          task.name, [(split, data)], maxLengths: [try maximumLength(maxLength, checkpoint.configuration)],
          tokenizer: tokenizer))

    if let output { try OutputFolder.prepare(for: URL(filePath: output)) }
    let evaluator = try Evaluator(network, data, batchSize: batch, team: try ThreadTeam(count: model.threads))
    let recorder = ActivationRecorder(layers: checkpoint.configuration.layers, hiddenStates, attentions)
    let evaluation = withExtendedLifetime(parameters) {
      evaluator.evaluate(parameters.base) { _ in recorder.observer }
    }
    if let output {
      try recorder.write(evaluation, data, channels: checkpoint.configuration.hiddenSize, to: URL(filePath: output))
    }
    var results: [(String, JSONFigure)] = [("loss", .number(evaluation.loss))]
    let scores = task.scores(predictions: evaluation.predictions, targets: targets)
    for metric in task.metrics { results.append((metric.rawValue, .number(scores[metric.rawValue]))) }
    results.append(("majority_baseline", .number(task.majorityBaseline(targets: targets))))
    results += [
      ("examples", .count(data.count)), ("tokens", .count(data.tokenCount)), ("truncated", .count(data.truncated)),
      ("skipped_rows", .count(rows.skipped + rows.skippedLabels.values.reduce(0, +))),
    ]
    if json {
      try standardOutput(jsonLine(Dictionary(uniqueKeysWithValues: results)))
    } else {
      // In one piece: a reader of the first lines may be gone before the last.
      try standardOutput(results.map { "\($0): \($1)" }.joined(separator: "\n"))
    }
  }

  private func parameters(_ checkpoint: Checkpoint, head: Checkpoint?, _ network: BERTModel) throws -> Parameters {
    if head == nil && headSeed == nil {
      return try checkpoint.parameters(for: network, poolerSeed: initialisationSeed)
    }
    try network.checkMemory(vectors: 1)
    let buffer = AlignedBuffer<Float>(count: network.table.count)
    try checkpoint.readEncoder(network, into: buffer.pointer, poolerSeed: initialisationSeed)
    if let head {
      try head.readHead(network, into: buffer.pointer)
    } else if let headSeed {
      network.initialiseHead(buffer.pointer, seed: headSeed)
    }
    return Parameters(buffer)
  }
}

extension GLUE.Split: ExpressibleByArgument {}

/// Keeps hidden states and attention rows of all batches, layer by layer.
private final class ActivationRecorder {
  private let keepsStates: Bool
  private let keepsAttentions: Bool
  private var states: [[Float]]
  private var attentions: [[Float]]

  init(layers: Int, _ keepsStates: Bool, _ keepsAttentions: Bool) {
    self.keepsStates = keepsStates
    self.keepsAttentions = keepsAttentions
    states = [[Float]](repeating: [], count: layers + 1)
    attentions = [[Float]](repeating: [], count: layers)
  }

  var observer: BERTModel.Observer {
    BERTModel.Observer(
      hiddenState: keepsStates ? { layer, values in self.states[layer] += values } : nil,
      attention: keepsAttentions
        ? { rows in
          for i in 0..<rows.length {
            self.attentions[rows.layer] += UnsafeBufferPointer(
              start: rows.first + i * rows.stride, count: rows.length)
          }
        } : nil)
  }

  func write(_ evaluation: Evaluation, _ data: EncodedDataset, channels: Int, to url: URL) throws {
    var offsets: [Int64] = [0]
    for length in data.lengths { offsets.append(offsets[offsets.count - 1] + Int64(length)) }
    var arrays = [
      NamedArray(name: "offsets", shape: [offsets.count], elements: .int64(offsets)),
      NamedArray(
        name: "logits", shape: [data.count, evaluation.logits.count / data.count], elements: .float32(evaluation.logits)
      ),
    ]
    if keepsStates {
      for (layer, values) in states.enumerated() {
        arrays.append(
          NamedArray(
            name: "hidden_states.\(layer)", shape: [values.count / channels, channels], elements: .float32(values)))
      }
    }
    if keepsAttentions {
      for (layer, values) in attentions.enumerated() {
        arrays.append(NamedArray(name: "attentions.\(layer)", shape: [values.count], elements: .float32(values)))
      }
    }
    try Safetensors.write(to: url, arrays: arrays)
  }
}
