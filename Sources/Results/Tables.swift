public import Foundation
internal import GLUE
internal import POSIX
internal import Sweep

/// A table of the exports. Its rows are made when it is written, and held no longer.
struct ResultTable {
  /// The file's name without extension.
  let name: String
  let rows: () throws -> CSV

  init(name: String, rows: @escaping @autoclosure () throws -> CSV) { (self.name, self.rows) = (name, rows) }
}

/// The tables of each kind of work. Each kind's method stands in the file of the kind.
struct TablesOfKind: KindVisitor {
  let results: RunResults
}

extension RunResults {
  /// Writes all tables as CSV files (RFC 4180) into a folder, `exports/` of the run unless another is given, and `columns.csv`,
  /// which says what type each of their columns has.
  ///
  /// - Returns: the names of the files.
  /// - Throws: ``ResultsError``, `TensorFileError`, `SystemError`.
  public func exportCSV(to folder: URL? = nil) throws -> [String] {
    let folder = folder ?? run.exports
    try prepare(folder)
    let ofKinds = try Work.Kind.allCases.flatMap { try $0.accept(TablesOfKind(results: self)) }
    let tables =
      [ResultTable(name: "units", rows: unitTable())] + ofKinds + [
        ResultTable(name: "intervals", rows: try intervalTable()), ResultTable(name: "classes", rows: classTable()),
      ]
    var columns = CSV([.text("table"), .text("column"), .text("type")])
    for table in tables {
      let rows = try table.rows()
      for column in rows.columns { columns.append([table.name, column.name, column.type.rawValue]) }
      try write(rows, as: table.name, to: folder)
    }
    try write(columns, as: "columns", to: folder)
    return (tables.map(\.name) + ["columns"]).map { "\($0).csv" }
  }

  private func write(_ table: CSV, as name: String, to folder: URL) throws {
    try AtomicFile.write(to: folder.appending(path: "\(name).csv")) { file in
      for piece in table.pieces { try file.append(piece.span.bytes) }
    }
  }

  private func unitTable() -> CSV {
    var table = CSV([.text("unit"), .text("kind"), .text("status"), .text("message"), .text("id")])
    for unit in plan.units {
      let message: String =
        switch ending(unit.id) {
        case .failed(let message), .blocked(let message): message
        default: ""
        }
      table.append([unit.name, unit.kind.rawValue, status(unit.id), message, unit.id.hex])
    }
    return table
  }

  /// One row for each class of each task; none for regression, and none of runs that did not record it.
  private func classTable() -> CSV {
    var table = CSV([.text("task"), .text("label"), .count("train"), .count("dev")])
    for task in sweep.tasks.map(\.name) {
      for count in record.classes?[task] ?? [] {
        table.append([task, count.label, "\(count.train)", "\(count.dev)"])
      }
    }
    return table
  }

  var cells: [(unit: WorkUnit, cell: Cell)] {
    plan.units.compactMap { unit in
      if case .fineTuning(let work) = unit.work { (unit, work.cell) } else { nil }
    }
  }

  func fields(of cell: Cell) -> [String] {
    [
      cell.name, cell.task, cell.initialisation.rawValue, cell.variant ?? "plain", "\(cell.headSeed)",
      "\(cell.orderSeed)",
    ]
  }

  static let cellColumns: [Column] = [
    .text("cell"), .text("task"), .text("initialisation"), .text("variant"), .count("head_seed"), .count("order_seed"),
  ]

  static let groupColumns: [Column] = [.text("group"), .text("elsewhere")]

  func fields(ofGroup surface: Surface) -> [String] {
    [surface.group?.name ?? "all", surface.group == nil ? "" : surface.elsewhere.rawValue]
  }
}
