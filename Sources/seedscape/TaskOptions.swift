import ArgumentParser
import BERT
import Experiments
import Foundation
import GLUE
import Tokenization

/// Which task, and where its rows are.
struct TaskOptions: ParsableArguments {
  @Option(
    help: .init(
      "The task: \(Task.glue.map(\.name).joined(separator: ", ")), or a name for your own files.", valueName: "name"),
    completion: .list(Task.glue.map(\.name)))
  var task: String

  @Option(
    help: .init(
      "The GLUE folder, which holds one folder per task; paths of your own files start there.", valueName: "dir"),
    completion: .directory)
  var data: String?

  @Option(
    help: .init("Your own training rows (.tsv, .csv, .jsonl), with --dev-file and the columns.", valueName: "file"),
    completion: .rows)
  var trainFile: String?

  @Option(help: .init("Your own dev rows.", valueName: "file"), completion: .rows)
  var devFile: String?

  @Option(help: .init("Your files' text column: a name in the header, or a JSON key.", valueName: "column"))
  var textColumn: String?

  @Option(help: .init("Your files' second text column, for pairs.", valueName: "column"))
  var pairColumn: String?

  @Option(help: .init("Your files' label column.", valueName: "column"))
  var labelColumn: String?

  @Option(
    parsing: .unconditional,
    help: .init(
      "Your class labels in id order, separated by commas. (default: the training file's, sorted)", valueName: "list"))
  var labels: String?

  @Option(
    parsing: .unconditional,
    help: .init(
      "Labels of your rows to skip, separated by commas, such as -1,NA; an empty one, as in '-1,', is for labels that are "
        + "empty, blank or null. (default: none)", valueName: "list"))
  var skipLabels: String?

  @Option(
    parsing: .unconditional,
    help: .init("The range of your numeric labels, such as 0,5: regression.", valueName: "low,high"))
  var labelRange: String?

  /// The folder that relative paths start from.
  var folder: URL { URL(filePath: data ?? ".", directoryHint: .isDirectory) }

  /// The task as asked for.
  func resolve() throws -> Task {
    guard trainFile != nil || devFile != nil else {
      let own = [
        ("--text-column", textColumn), ("--pair-column", pairColumn), ("--label-column", labelColumn),
        ("--labels", labels), ("--skip-labels", skipLabels), ("--label-range", labelRange),
      ]
      if let (name, _) = own.first(where: { $0.1 != nil }) {
        throw ValidationError("\(name) is for files of your own, which --train-file and --dev-file name")
      }
      guard data != nil else {
        throw ValidationError("--data is missing: name the GLUE folder, which holds one folder per task")
      }
      return try Task.named(task)
    }
    guard let trainFile, let devFile, let textColumn, let labelColumn else {
      throw ValidationError("your own files need --train-file, --dev-file, --text-column and --label-column")
    }
    return try Task.custom(
      name: task, train: trainFile, dev: devFile,
      columns: Columns(text: textColumn, pair: pairColumn, label: labelColumn), labels: try labelKind(),
      skipLabels: skipLabels.map(Self.list) ?? [],
      in: folder)
  }

  /// The files of its training and dev rows, whose bytes ranks of a job must share.
  ///
  /// - Throws: as ``resolve()``.
  func inputFiles() throws -> [InputFile] {
    let task = try resolve()
    return try [GLUE.Split.train, .dev].map { try InputFile(task.file(of: $0), of: task, in: folder) }
  }

  /// What stands between commas, as it is; nothing too.
  private static func list(_ text: String) -> [String] {
    text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
  }

  private func labelKind() throws -> LabelKind? {
    guard let labelRange else { return labels.map { .classes(Self.list($0)) } }
    guard labels == nil else { throw ValidationError("--labels and --label-range exclude each other") }
    let bounds = Self.list(labelRange).map { Double($0) ?? .nan }
    guard bounds.count == 2, bounds.allSatisfy({ (-1e9...1e9).contains($0) }), bounds[0] < bounds[1] else {
      throw ValidationError(
        "--label-range is '\(labelRange)', expected two numbers from -1e9 to 1e9, the first below the second, such as 0,5"
      )
    }
    return .regression(bounds[0]...bounds[1])
  }
}

extension CompletionKind {
  /// Files that hold rows of a task.
  fileprivate static var rows: CompletionKind { .file(extensions: ["tsv", "csv", "jsonl", "json"]) }
}

/// Which model.
struct ModelOptions: ParsableArguments {
  @Option(
    help: .init("A Hugging Face BERT directory: config.json, vocab.txt, model.safetensors.", valueName: "dir"),
    completion: .directory)
  var model: String

  @Option(help: .init("Threads that share the work, 1 to 1024; their number changes last bits.", valueName: "n"))
  var threads = 1

  /// The directory.
  var directory: URL { URL(filePath: model, directoryHint: .isDirectory) }

  func validate() throws {
    guard (1...1024).contains(threads) else {
      throw ValidationError("--threads is \(threads), expected 1 to 1024")
    }
  }

  /// The files that decide what it computes, whose bytes ranks of a job must share.
  func inputFiles() throws -> [InputFile] {
    try InputFile.ofModel(in: directory, WordPieceTokenizer(directory: directory))
  }

  /// The tokenizer, checked against the checkpoint's vocabulary.
  func tokenizer(for configuration: BERTConfiguration) throws -> WordPieceTokenizer {
    let tokenizer = try WordPieceTokenizer(directory: directory)
    guard tokenizer.vocabularySize <= configuration.vocabularySize else {
      throw InputError(
        "\(directory.path): the vocabulary has \(tokenizer.vocabularySize) entries, config.json says vocab_size "
          + "\(configuration.vocabularySize); the two do not belong together")
    }
    return tokenizer
  }
}

/// Checks a maximal length against what a model can read.
///
/// - Returns: the length; the model's limit when none is given.
func maximumLength(_ asked: Int?, _ configuration: BERTConfiguration) throws -> Int {
  guard let asked else { return configuration.maximumPositions }
  guard asked <= configuration.maximumPositions else {
    throw ModelError.sequenceLength(got: asked, limit: configuration.maximumPositions)
  }
  return asked
}
