/// Why a figure does not exist; the raw value says it in words.
public enum Missing: String, Sendable, Equatable {
  /// N = 1.
  case oneRow = "one row has no variance"
  /// All rows of one side are the same, or those of one of its halves.
  case constant = "the features of one side do not vary"
  /// N < 4: the debiased estimate divides by N - 3.
  case fewRows = "the debiased estimate needs at least 4 rows"
  /// No two rows of one side are more alike than any others.
  case equidistant = "the rows of one side lie equally far apart, which the debiased estimate takes for chance"
  /// N < 3: a correlation needs more than one pair.
  case fewPairs = "fewer than 3 rows have no distances to correlate"
  /// All pairs of rows of one side have one distance.
  case equallyFar = "the rows of one side lie equally far apart"
  /// Sequences are what is split and reordered.
  case oneSequence = "one sequence can be neither split nor reordered"
  /// A matrix of pairs without a number.
  case noPairs = "no pair has a value"
  /// An interval over seeds needs three with values.
  case fewSeeds = "fewer than 3 seeds have values"

  /// What a comparison of `rows` rows in `x` and `y` directions lacks; nil when it can be made.
  static func comparing(rows: Int, _ x: Int, _ y: Int) -> Missing? {
    if x > 0 && y > 0 { return nil }
    return rows == 1 ? .oneRow : .constant
  }
}
