public import BERT
public import Foundation
public import GLUE
public import Sweep
internal import Tokenization

/// A sweep with the model and data that it found: what every rank needs to work on its units.
public struct Site: Sendable {
  /// The sweep.
  public let sweep: SweepFile
  /// The checkpoint that the cells start from.
  public let checkpoint: Checkpoint
  /// The tasks by name.
  public let tasks: [String: GLUE.Task]
  /// The folder that relative paths of data start from.
  public let data: URL
  /// Where the results go.
  public let run: RunDirectory
  let tokenizer: WordPieceTokenizer

  /// Opens model and data.
  ///
  /// - Parameters:
  ///   - folder: the sweep file's folder, from which relative paths start.
  /// - Throws: ``ExperimentError``, `ModelError`, `GLUEError`, `TokenizationError`, `TensorFileError`.
  public init(_ sweep: SweepFile, in folder: URL, run: RunDirectory) throws {
    self.sweep = sweep
    self.run = run
    data = sweep.data.map { Self.place($0, in: folder) } ?? folder
    checkpoint = try Checkpoint(directory: Self.place(sweep.model, in: folder))
    tokenizer = try WordPieceTokenizer(directory: checkpoint.directory)
    guard tokenizer.vocabularySize <= checkpoint.configuration.vocabularySize else {
      throw ExperimentError.vocabulary(
        path: checkpoint.directory.path, got: tokenizer.vocabularySize,
        expected: checkpoint.configuration.vocabularySize)
    }
    var tasks: [String: GLUE.Task] = [:]
    for entry in sweep.tasks {
      if case .glue(let name) = entry, sweep.data == nil { throw ExperimentError.noData(task: name) }
      let task = try Self.task(entry, in: data)
      try task.checkSegments(checkpoint.configuration.inputLimits, model: checkpoint.directory.path)
      tasks[entry.name] = task
    }
    self.tasks = tasks
  }

  /// The task of a name of the sweep.
  ///
  /// - Throws: ``ExperimentError/unknownTask(_:)``.
  public func task(_ name: String) throws -> GLUE.Task {
    guard let task = tasks[name] else { throw ExperimentError.unknownTask(name) }
    return task
  }

  /// The model of a task's cells.
  public func model(for task: GLUE.Task) -> BERTModel {
    BERTModel(checkpoint.configuration, outputs: task.labels.outputCount)
  }

  /// The model of a cell.
  func model(of cell: Cell) throws -> BERTModel { model(for: try task(cell.task)) }

  /// The model without a head: what theta is of.
  var encoder: BERTModel { BERTModel(checkpoint.configuration, outputs: nil) }

  private static func place(_ path: String, in folder: URL) -> URL {
    let url =
      path.hasPrefix("/")
      ? URL(filePath: path, directoryHint: .isDirectory) : folder.appending(path: path, directoryHint: .isDirectory)
    return url.standardizedFileURL
  }

  private static func task(_ entry: TaskEntry, in folder: URL) throws -> GLUE.Task {
    switch entry {
    case .glue(let name): return try GLUE.Task.named(name)
    case .custom(let custom):
      let labels: LabelKind? =
        custom.range.map { .regression($0[0]...$0[1]) } ?? custom.labels.map { .classes($0) }
      return try GLUE.Task.custom(
        name: custom.name, train: custom.train, dev: custom.dev,
        columns: GLUE.Columns(text: custom.columns.text, pair: custom.columns.pair, label: custom.columns.label),
        labels: labels, skipLabels: custom.skipLabels ?? [], format: custom.format.map(FileFormat.init), in: folder)
    }
  }
}

extension FileFormat {
  /// As a sweep file names it.
  init(_ format: CustomTask.Format) {
    self =
      switch format {
      case .tsv: .tsv
      case .csv: .csv
      case .jsonLines: .jsonLines
      }
  }
}

extension GLUE.Split {
  /// The file that a probe takes its texts from.
  init(_ split: Probe.Split) {
    self =
      switch split {
      case .train: .train
      case .dev: .dev
      }
  }
}
