/// Why a value does not exist; the raw value is the reason in words.
public enum Missing: String, Sendable, Equatable {
  /// N = 1.
  case oneRow = "one row has no variance"
  /// All rows of one side are equal, or all rows of one of its halves.
  case constant = "the features of one side do not vary"
  /// N < 4: the debiased estimate divides by N - 3.
  case fewRows = "the debiased estimate needs at least 4 rows"
  /// All rows of one side are equally similar to each other.
  case equidistant = "the rows of one side lie equally far apart, which the debiased estimate takes for chance"
  /// N < 3: a correlation needs more than one pair.
  case fewPairs = "fewer than 3 rows have no distances to correlate"
  /// All pairs of rows of one side have one distance.
  case equallyFar = "the rows of one side lie equally far apart"
  /// Sequences are what is split and reordered.
  case oneSequence = "one sequence can be neither split nor reordered"
  /// No pair in a matrix has a value.
  case noPairs = "no pair has a value"
  /// An interval over seeds needs at least three seeds with values.
  case fewSeeds = "fewer than 3 seeds have values"

  /// Why `rows` rows in `x` and `y` directions cannot be compared; nil if they can.
  static func comparing(rows: Int, _ x: Int, _ y: Int) -> Missing? {
    if x > 0 && y > 0 { return nil }
    return rows == 1 ? .oneRow : .constant
  }
}
