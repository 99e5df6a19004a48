public import Diagnostics
internal import Sweep

/// What can be wrong with a sweep once it meets its model and data.
public enum ExperimentError: ProgramError, Equatable {
  /// A GLUE task without a data folder.
  case noData(task: String)
  /// A task that the sweep does not have.
  case unknownTask(String)
  /// The vocabulary is larger than the model's word embedding.
  case vocabulary(path: String, got: Int, expected: Int)
  /// A recipe's maximal length is more than the model has positions.
  case maximumLength(got: Int, limit: Int)
  /// A unit lacks something that the units it needs should have left.
  case missingInput(unit: String, what: String)
  /// Bases that were taken on different rows.
  case probeRowsDiffer(unit: String)
  /// An array of gathered features is not what a probe's unit writes.
  case damagedFeatures(path: String, array: String, expected: String)

  /// Bad input.
  public var exitStatus: ExitStatus { .badInput }

  /// One line: what was got, what was expected, what to do.
  public var description: String {
    switch self {
    case .noData(let task):
      "task \(task) needs the GLUE folder, and none is given; add `data:` to the sweep file, or --data DIR "
        + "(\(SweepSection.sweep.pointer))"
    case .unknownTask(let name):
      "task \(name) is not one of the sweep's; this is a mistake in the plan, please report it with the sweep file"
    case .vocabulary(let path, let got, let expected):
      "\(path): the vocabulary has \(got) entries, config.json says vocab_size \(expected); the two do not belong "
        + "together"
    case .maximumLength(let got, let limit):
      "max_length is \(got), the model reads 1 to \(limit) tokens; lower max_length in the sweep file "
        + "(\(SweepSection.recipe.pointer))"
    case .missingInput(let unit, let what):
      "unit \"\(unit)\" lacks \(what), which an earlier unit should have left in the run directory; was it removed? "
        + "Start in a new run directory"
    case .probeRowsDiffer(let unit):
      "unit \"\(unit)\" got activations of different rows; one probe's rows are expected from every model; remove the "
        + "run directory's activations and ledger, and run again"
    case .damagedFeatures(let path, let array, let expected):
      "\(path): the array '\(array)' is damaged, expected \(expected); remove the file and run again: its probe is done anew"
    }
  }
}
