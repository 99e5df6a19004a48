internal import BERT
public import Foundation
public import GLUE
internal import POSIX
public import Sweep
public import Tokenization

/// A file of model or data whose bytes decide results.
public struct InputFile: Sendable, Hashable {
  /// What messages and records call it, such as `model/vocab.txt` or `MRPC/dev.tsv`.
  public let name: String
  /// Where it lies.
  public let url: URL

  /// A file by its name and place.
  public init(name: String, url: URL) { (self.name, self.url) = (name, url) }

  /// The identity of its bytes.
  ///
  /// - Throws: `SystemError`, `NotAFile`.
  public func hash() throws -> Identity {
    let file = try MappedFile(url)
    return withExtendedLifetime(file) { Identity(ofBytes: file.bytes) }
  }
}

/// Input files with the identities of their bytes.
public struct InputHashes: Sendable, Hashable {
  private let identities: [InputFile: Identity]

  /// No file was hashed yet.
  public static let none = InputHashes([], [])

  /// Reads and hashes files.
  ///
  /// - Throws: `SystemError`, `NotAFile`.
  public init(_ files: [InputFile]) throws {
    self.init(files, try files.map { try $0.hash() })
  }

  /// Files that were hashed already.
  public init(_ files: [InputFile], _ identities: [Identity]) {
    self.identities = Dictionary(zip(files, identities)) { first, _ in first }
  }

  /// The identity of one file; it is hashed where it is none of these.
  func identity(of file: InputFile) throws -> Identity { try identities[file] ?? file.hash() }
}

extension Site {
  /// All files of model and data that decide the sweep's results.
  ///
  /// - Throws: `GLUEError`, `SystemError`.
  public func inputFiles() throws -> [InputFile] {
    var files = try modelFiles()
    for entry in sweep.tasks {
      let task = try self.task(entry.name)
      for split in [GLUE.Split.train, .dev] { files.append(try file(of: task, split)) }
    }
    return files
  }

  /// Those that decide what the model computes.
  func modelFiles() throws -> [InputFile] { try InputFile.ofModel(in: checkpoint.directory, tokenizer) }

  /// The rows of a split.
  func file(of task: GLUE.Task, _ split: GLUE.Split) throws -> InputFile {
    InputFile(try task.file(of: split), of: task, in: data)
  }
}

extension InputFile {
  /// The rows of a split of a task.
  ///
  /// - Parameter folder: where relative paths start.
  public init(_ file: TaskFile, of task: GLUE.Task, in folder: URL) {
    let isAbsolute = file.path.hasPrefix("/")
    self.init(
      name: isAbsolute ? file.path : "\(task.name): \(file.path)",
      url: isAbsolute ? URL(filePath: file.path) : folder.appending(path: file.path))
  }

  /// The files of a model's directory that decide what it computes and reads, in the order of their names: config.json, the
  /// weights, and all that its tokenizer was made from.
  ///
  /// - Throws: `SystemError`.
  public static func ofModel(in directory: URL, _ tokenizer: WordPieceTokenizer) throws -> [InputFile] {
    let weights = try System.names(in: directory.path).filter {
      $0 == "config.json" || $0.hasSuffix(".safetensors") || $0.hasSuffix(".safetensors.index.json")
    }
    return Set(weights).union(tokenizer.files.map(\.lastPathComponent)).sorted().map {
      InputFile(name: "model: \($0)", url: directory.appending(path: $0))
    }
  }
}
