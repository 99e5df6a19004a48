import ArgumentParser
import Foundation
import LinearAlgebra

/// Starts the program and turns every error into one line and an exit code.
@main
enum Main {
  static func main() {
    do {
      try Processor.prepare()
      // Threads are the program's own, each with products of one thread.
      try BLAS.setThreads(1)
      var command = try Seedscape.parseAsRoot()
      try command.run()
    } catch {
      ExitStatus.leave(with: error)
    }
  }
}

struct Seedscape: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "seedscape",
    abstract: "Studies how BERT fine-tunes: seeds x data sets, loss landscapes, learning dynamics, over MPI.",
    version: Version.text,
    subcommands: [
      Run.self, PlanCommand.self, Status.self, Export.self, ReportCommand.self, Compare.self, Pretrain.self,
      Finetune.self, Evaluate.self, Tokenize.self, BenchCommand.self, SweepFileCommand.self,
    ])
}

/// The version of the program.
enum Version {
  static let text = "0.1.0"

  /// As records name it.
  static let program = "seedscape \(text)"
}
