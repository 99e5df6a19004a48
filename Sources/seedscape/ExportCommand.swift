import ArgumentParser
import Foundation
import Results
import Sweep

struct Export: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Writes the results of a run for other tools, into its folder exports/.",
    discussion: """
      csv: tables of everything. npz: each curve and surface as arrays for NumPy. vtk: each curve and surface as a \
      structured grid for ParaView. Points that are not there, or not finite, say so in each. The names of the files \
      written are printed. What the tables' columns mean: Sources/seedscape/Documentation.docc/Tutorial.md.

      Example: seedscape export runs/minute --format npz
      """)

  @Argument(help: .init("The run directory.", valueName: "dir"), completion: .directory)
  var directory: String

  @Option(help: .init("What is written.", valueName: "format"))
  var format = Format.csv

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case csv, npz, vtk
  }

  func run() throws {
    let run = RunDirectory(root: URL(filePath: directory, directoryHint: .isDirectory))
    let results = try RunResults(run)
    let names =
      switch format {
      case .csv: try results.exportCSV()
      case .npz: try results.exportNumPy()
      case .vtk: try results.exportVTK()
      }
    for name in names {
      try standardOutput(run.exports.appending(path: name).relativePath)
    }
  }
}
