import ArgumentParser
import Foundation
import Results
import Sweep

struct Export: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Writes the results of a run as tables, into its folder exports/.")

  @Argument(help: "The run directory.", completion: .directory)
  var directory: String

  @Option(help: "The format.")
  var format = Format.csv

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case csv
  }

  func run() throws {
    let run = RunDirectory(root: URL(filePath: directory, directoryHint: .isDirectory))
    for name in try RunResults(run).exportCSV() {
      try standardOutput(run.exports.appending(path: name).relativePath)
    }
  }
}
