import ArgumentParser
import Diagnostics
import Foundation
import Hashing
import LinearAlgebra

/// Starts the program and turns every error into one line and an exit code.
@main
enum Main {
  static func main() {
    do {
      try Processor.prepare()
      // Threads are the program's own, each with products of one thread.
      try BLAS.setThreads(1)
      try SHA256.prove()
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
    discussion: """
      A sweep file says what is fine-tuned and measured, a run directory holds what came of it:

        seedscape sweep-file                       the keys of a sweep file
        seedscape plan jobs/sweeps/minute.yaml     what it takes; runs nothing
        seedscape run jobs/sweeps/minute.yaml      does it; again to resume
        seedscape report runs/minute               tables and figures

      `mpirun -n 4 seedscape run ...` does so on four ranks.

      Exit codes: 0 done; 1 some units failed; 64 usage; 65 bad input; 70 internal error; 74 input or output failed; \
      75 stopped, the same command goes on.

      Shell completion: --generate-completion-script bash (or zsh, fish) prints a script; the README says where it goes.
      """,
    version: Version.text,
    groupedSubcommands: [
      CommandGroup(
        name: "Sweep",
        subcommands: [
          Run.self, PlanCommand.self, Status.self, Export.self, ReportCommand.self, SweepFileCommand.self,
        ]),
      CommandGroup(
        name: "Model", subcommands: [Finetune.self, Evaluate.self, Pretrain.self, Tokenize.self]),
      CommandGroup(name: "Other", subcommands: [Compare.self, BenchCommand.self]),
    ])
}

/// The version of the program.
enum Version {
  static let text = "0.3.0"

  /// As records name it.
  static let program = "seedscape \(text)"
}
