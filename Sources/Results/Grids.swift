public import Foundation
internal import Ledger
internal import POSIX
internal import Sweep
internal import TensorFiles

extension RunResults {
  /// Writes every curve and surface as a VTK structured grid (.vts) into a folder, `exports/` of the run unless another is
  /// given: ParaView's format. Exact points are
  /// not on a grid; the other formats have them.
  ///
  /// - Returns: the names of the files.
  /// - Throws: ``ResultsError``, `LedgerError`, `TensorFileError`, `SystemError`.
  public func exportVTK(to folder: URL? = nil) throws -> [String] {
    try exportEach("vts", folder) { planned, url in try grid(planned).write(to: url) }
  }

  /// Writes every curve and surface as a NumPy archive (.npz) into a folder, likewise: `alpha`, [A], and `beta`, [B]; each value and
  /// `status` (0 done, 1 missing, 2 failed, 3 blocked, 4 not finite), [A, B], NaN where there is none; and the exact points, of theta0,
  /// theta1 and theta2 those that it has, in this order, with `exact_` before each name.
  ///
  /// - Returns: the names of the files.
  /// - Throws: ``ResultsError``, `LedgerError`, `TensorFileError`, `SystemError`.
  public func exportNumPy(to folder: URL? = nil) throws -> [String] {
    try exportEach("npz", folder) { planned, url in
      let grid = grid(planned)
      let shape = [grid.alpha.count, grid.beta.count]
      let points = planned.surface.exactPoints.compactMap { point in planned.exact[point].map { (point, $0) } }
      let scale = figures(planned.axes, AxesWork.self)[.scale]
      let exact = values(points.map(\.1))
      func array(_ name: String, _ shape: [Int], _ values: [Double]) -> NamedArray {
        NamedArray(name: name, shape: shape, elements: .float64(values))
      }
      var arrays = [array("alpha", [shape[0]], grid.alpha), array("beta", [shape[1]], grid.beta)]
      arrays += grid.values.map { array($0.name, shape, $0.values) }
      arrays.append(NamedArray(name: "status", shape: shape, elements: .int32(grid.status.map(\.rawValue))))
      let places = points.map { planned.surface.coordinates(of: $0.0, scale: scale) }
      arrays += [
        array("exact_alpha", [points.count], places.map(\.alpha)),
        array("exact_beta", [points.count], places.map { $0.beta ?? .nan }),
      ]
      arrays += exact.map { array("exact_\($0.name)", [points.count], $0.values) }
      arrays.append(
        NamedArray(
          name: "exact_status", shape: [points.count],
          elements: .int32(points.map { gridStatus($0.1).rawValue })))
      try NumPyArchive.write(to: url, arrays: arrays)
    }
  }

  private func exportEach(
    _ format: String, _ folder: URL?, _ write: (PlannedSurface, URL) throws -> Void
  ) throws -> [String] {
    let folder = folder ?? run.exports
    try prepare(folder)
    return try [plan.curves, plan.surfaces].flatMap { all in
      try all.enumerated().map { index, planned in
        let name = run.export(of: planned, number: index + 1, format: format).lastPathComponent
        try write(planned, folder.appending(path: name))
        return name
      }
    }
  }

  private func grid(_ planned: PlannedSurface) -> StructuredGrid {
    StructuredGrid(
      alpha: planned.alpha, beta: planned.beta, units: Self.units(planned.surface), values: values(planned.grid),
      status: planned.grid.map(gridStatus))
  }

  private static func units(_ surface: Surface) -> String {
    switch surface.span {
    case .line, .plane, .trajectory: "|d1|"
    case .random: "the norm of the weights that move"
    }
  }

  private func values(_ points: [Identity]) -> [(name: String, values: [Double])] {
    let all = points.map { figures($0, PointWork.self) }
    // One NaN for all that is missing, so that bytes do not depend on where it came from.
    return Self.pointFigures.map { name in
      (name.text, all.map { values in values[name].map { $0.isNaN ? .nan : $0 } ?? .nan })
    }
  }

  private func gridStatus(_ id: Identity) -> StructuredGrid.Status {
    switch ending(id) {
    case .done: figures(id, PointWork.self).record.numbers.allSatisfy(\.isFinite) ? .done : .notFinite
    case .failed: .failed
    case .blocked: .blocked
    case .interrupted, nil: .missing
    }
  }
}
