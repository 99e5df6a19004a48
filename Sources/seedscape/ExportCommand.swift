import ArgumentParser
import Foundation
import Results
import Sweep

struct Export: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Writes the results of a run for other tools, into its folder exports/ or another.",
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

  @Option(
    help: .init(
      "The folder for the files, such as one outside of a run directory that cannot be written. (default: exports/ in the "
        + "run directory)", valueName: "folder"), completion: .directory)
  var output: String?

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case csv, npz, vtk
  }

  func run() throws {
    let run = RunDirectory(root: URL(filePath: directory, directoryHint: .isDirectory))
    let results = try RunResults(run)
    let folder = output.map { URL(filePath: $0, directoryHint: .isDirectory) } ?? run.exports
    let names =
      switch format {
      case .csv: try results.exportCSV(to: folder)
      case .npz: try results.exportNumPy(to: folder)
      case .vtk: try results.exportVTK(to: folder)
      }
    for name in names {
      try standardOutput(folder.appending(path: name).relativePath)
    }
    let failures = results.failures
    for line in failureLines(failures.reasons, failed: failures.failed, blocked: failures.blocked) {
      standardError("seedscape: \(line)")
    }
  }
}
