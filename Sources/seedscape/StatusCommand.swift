import ArgumentParser
import Foundation
import Ledger
import POSIX
import Progress
import Sweep

struct Status: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Shows what of a run is done, running, failed and left.",
    discussion: """
      Reads status.json, which rank 0 replaces every two seconds: a run that goes on is not disturbed.

      Example: seedscape status runs/minute
      """)

  @Argument(help: .init("The run directory.", valueName: "dir"), completion: .directory)
  var directory: String

  @Flag(help: "Print status.json as it is: one JSON object, times in seconds.")
  var json = false

  func run() throws {
    let run = RunDirectory(root: URL(filePath: directory, directoryHint: .isDirectory))
    guard let status = try StatusFile(of: run).read() else {
      let isThere = try System.exists(run.root.path)
      throw InputError(
        "\(directory) \(isThere ? "has no status.json" : "is not there"), expected a folder that `seedscape run` wrote")
    }
    if json {
      try standardOutput(String(decoding: try status.json(pretty: true), as: UTF8.self))
      return
    }
    let bars = (status.phases.count > 1 ? status.phaseBars : []) + [status.wholeBar]
    try standardOutput("\(status.sweep), \(status.state.rawValue)")
    for line in BarLayout.lines(bars, width: 100) { try standardOutput("  \(line)") }
    for unit in status.running { try standardOutput("  rank \(unit.rank): \(unit.unit)") }
    for line in failureLines(status.failures, failed: status.counts.failed, blocked: status.counts.blocked) {
      try standardOutput("  \(line)")
    }
    if status.state == .running, try Lease.holder(of: run) == nil {
      try standardOutput("the job that wrote this is gone; start the same command again to go on")
    }
  }
}
