internal import FineTuning
internal import Sweep

extension CellFolders {
  /// The folders of a cell of a run, whose names are the run directory's.
  init(_ cell: CellDirectory) {
    self.init(final: cell.final, snapshots: cell.snapshots, resume: cell.resume)
  }
}
