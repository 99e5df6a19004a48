internal import Sweep

extension TablesOfKind {
  /// Snapshots stand in their trajectory's table.
  func visit(_ kind: SnapshotWork.Type) -> [ResultTable] { [] }
}

extension SeedFiguresOfKind {
  func visit(_ kind: SnapshotWork.Type) {}
}
