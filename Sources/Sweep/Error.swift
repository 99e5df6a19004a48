public import Diagnostics

/// Why a sweep file cannot be run. Each message says what was got, what was expected and what to do.
public enum SweepError: ProgramError, Hashable {
  /// A place in a sweep file.
  public struct KeyPlace: Sendable, Hashable {
    /// The file, as the person named it.
    public let file: String
    /// The line, from 1.
    public let line: Int
    /// The path of the key, such as `recipe.epochs` or `tasks[2].columns`; empty for the whole file.
    public let key: String
    /// The section of the reference that tells of it; nil: the file as a whole.
    public let section: SweepSection?

    /// The place of a key within it.
    func of(_ name: String, line: Int? = nil) -> KeyPlace {
      KeyPlace(file: file, line: line ?? self.line, key: key.isEmpty ? name : "\(key).\(name)", section: section)
    }
  }

  /// The text is not YAML, or not one document.
  case notYAML(KeyPlace, problem: String)
  /// A mapping holds a key twice.
  case duplicateKey(KeyPlace)
  /// A key that means nothing.
  case unknownKey(KeyPlace, known: [String])
  /// A key that has no default is not there.
  case missingKey(KeyPlace, expected: String)
  /// A value of the wrong type, outside its range, or not one of the known names; `suggestion` is a name near it.
  case wrongValue(KeyPlace, got: String, expected: String, suggestion: String? = nil)
  /// A value that has a meaning in the design and no implementation yet.
  case notImplemented(KeyPlace, got: String, available: [String])
  /// The facts about model and data lack a task of the sweep.
  case missingFacts(task: String)
  /// A split has no rows.
  case noRows(task: String, split: String)
  /// Two tasks read the same files in the same way.
  case sameTask(String, String)
  /// A variant of the recipe that changes nothing for a task.
  case sameVariant(String, task: String)
  /// A snapshot that a cell does not keep.
  case noSnapshot(cell: String, step: Int, steps: [Int])
  /// The memory for what is gathered does not hold one layer of two models.
  case gatherMemory(probe: String, got: Int, needed: Double)
  /// A direction from theta0 along which a cell's recipe freezes everything.
  case nothingMoves(cell: String, group: String)
  /// Two cells that start at different theta0 where a common one is needed.
  case originsDiffer(String, String)
  /// Too few snapshots for a trajectory's plane.
  case fewSnapshots(cell: String, got: Int)
  /// More layers to start from random parameters than the model has.
  case tooManyLayers(got: Int, layers: Int)
  /// A sweep of more units than a plan may have, and the section that asks for the most.
  case tooManyUnits(Double, most: Int, section: SweepSection)
  /// A cell that would keep more snapshots than a fine-tuning may.
  case tooManySnapshots(cell: String, got: Double, most: Int)
  /// Two curvatures of one cell and group by different numbers.
  case sameCurvature(String)
  /// Two comparisons of one name.
  case sameComparison(String)
  /// A path that the system does not take.
  case longPath(path: String, most: Int)
  /// A layer group that means nothing, or not for this model.
  case group(String, problem: String)
}

extension SweepError {
  /// Bad input.
  public var exitStatus: ExitStatus { .badInput }

  /// One line: what was got, what was expected, what to do, and the command that lists the keys.
  public var description: String { "\(problem) (\(page))" }

  /// The part of the reference that helps.
  private var page: String {
    switch self {
    case .notYAML(let place, _), .duplicateKey(let place), .unknownKey(let place, _), .missingKey(let place, _),
      .wrongValue(let place, _, _, _), .notImplemented(let place, _, _):
      place.section?.pointer ?? "keys: seedscape sweep-file"
    case .missingFacts, .noRows, .sameTask: SweepSection.tasks.pointer
    case .sameVariant: SweepSection.variants.pointer
    case .noSnapshot, .fewSnapshots: SweepSection.snapshots.pointer
    case .gatherMemory: SweepSection.gather.pointer
    case .nothingMoves, .originsDiffer, .tooManyLayers: SweepSection.recipe.pointer
    case .tooManyUnits(_, _, let section): section.pointer
    case .tooManySnapshots: SweepSection.snapshots.pointer
    case .sameCurvature: SweepSection.curvature.pointer
    case .sameComparison: SweepSection.variants.pointer
    case .longPath: "keys: seedscape sweep-file"
    case .group: "layer groups: seedscape sweep-file curves"
    }
  }

  private var problem: String {
    switch self {
    case .notYAML(let place, let problem):
      "\(place)the sweep file cannot be read: \(problem); expected one YAML document; correct the line"
    case .duplicateKey(let place):
      "\(place)the key is given twice in one mapping; remove one of them"
    case .unknownKey(let place, let known):
      "\(place)unknown key, expected \(Self.list(known)); "
        + (nearest(to: place.lastKey, among: known).map { "did you mean '\($0)'?" } ?? "remove it")
    case .missingKey(let place, let expected):
      "\(place)the key is missing, expected \(expected); add it"
    case .wrongValue(let place, let got, let expected, let suggestion):
      "\(place)got \(got), expected \(expected); "
        + (suggestion.map { "did you mean '\($0)'?" } ?? "correct the value")
    case .notImplemented(let place, let got, let available):
      "\(place)\(got) is not implemented in this version, which has \(Self.list(available)); use that"
    case .missingFacts(let task):
      "nothing is known of the files of task '\(task)', expected its hashes and row counts; read its data first"
    case .noRows(let task, let split):
      "task '\(task)' has no rows in its \(split) file, expected at least one; check the file"
    case .group(let text, let problem):
      "layer group \(KeyPlace.isShowable(text) ? "'\(text)'" : text.prefix(60).debugDescription): \(problem); expected \(LayerGroup.expected)"
    case .sameVariant(let name, let task):
      "variant '\(name)' changes no bit of the cells of task '\(task)' as they are without it, or with another variant; "
        + "expected a recipe that differs; remove it, or name its tasks"
    case .noSnapshot(let cell, let step, let steps):
      "cell \(cell) keeps no snapshot after step \(step), "
        + (steps.isEmpty
          ? "its recipe has none; add snapshots: {every: ...} to it"
          : "expected one of \(steps.map(String.init).joined(separator: ", "))")
    case .gatherMemory(let probe, let got, let needed):
      "gather.memory is \(got / 1_000_000) MB, expected at least \(Self.whole((needed / 1e6).rounded(.up))) MB for one layer of two models "
        + "on probe \(probe); raise it, or lower the probe's rows"
    case .nothingMoves(let cell, let group):
      "cell \(cell) freezes all of layer group '\(group)', so a curve or surface along it has a direction of length zero; "
        + "expected a group that is trained; choose other groups or variants"
    case .originsDiffer(let first, let second):
      "cells \(first) and \(second) start at different theta0 (initialisation or reinitialise), expected one origin of their "
        + "differences; give both one variant, or compare others"
    case .fewSnapshots(let cell, let got):
      "cell \(cell) keeps \(got) snapshots, expected at least 3 for the plane of its trajectory; shorten the interval under "
        + "snapshots"
    case .tooManyUnits(let units, let most, let section):
      "the sweep comes to \(Self.whole(units)) units of work, most of them by \(section.name), expected at most \(most); ask "
        + "for fewer cells, groups or points"
    case .tooManySnapshots(let cell, let got, let most):
      "cell \(cell) would keep \(Self.whole(got)) snapshots, each as large as the model, expected at most \(most); lengthen "
        + "the interval under snapshots"
    case .sameCurvature(let name):
      "two entries ask for '\(name)' with different eigenvalues, steps, probes or seed, expected one for each cell and group; "
        + "remove one, or choose other cells"
    case .sameComparison(let name):
      "two comparisons are called '\(name)', expected names of variants, tasks and probes that tell them apart; rename one"
    case .longPath(let path, let most):
      "\(path.prefix(60))... has \(path.utf8.count) bytes, expected a path of at most \(most); choose a shorter one"
    case .tooManyLayers(let got, let layers):
      "reinitialise is \(got), expected at most the model's \(layers) layers; lower it in the recipe"
    case .sameTask(let first, let second):
      "tasks '\(first)' and '\(second)' read the same files in the same way, expected different tasks; remove one"
    }
  }

  /// A count that may be beyond all integers.
  private static func whole(_ count: Double) -> String { count < 1e15 ? "\(Int(count))" : "\(count)" }

  private static func list(_ names: [String]) -> String {
    names.count == 1 ? names.joined() : "one of " + names.joined(separator: ", ")
  }
}

extension SweepError.KeyPlace: CustomStringConvertible {
  /// `sweep.yaml:7: recipe.epochs: `, the front of a message.
  public var description: String { key.isEmpty ? "\(file):\(line): " : "\(file):\(line): \(key): " }

  /// Whether a key can stand in a message of one line.
  static func isShowable(_ key: String) -> Bool {
    key.utf8.count <= 200 && key.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F ~= $0.value) }
      && !key.contains(where: \.isNewline)
  }

  /// The part of the path after the last full stop.
  var lastKey: String { String(key.split(separator: ".").last ?? "") }
}
