/// How this process was started, judging by its environment.
package enum Launch {
  /// Rejects a start that would make `MPI_Init` print a misleading text and end the process.
  ///
  /// `srun` sets `SLURM_STEP_ID` in every task. Its PMIx plugin adds `PMIX_RANK`. So does `mpirun`, whose daemons may
  /// themselves be tasks of a step. Without PMIx, Open MPI tries to ask Slurm and fails.
  ///
  /// - Parameter environment: the environment variables of the process.
  /// - Throws: ``MPIError/startedBySrunWithoutPMIx(step:)``.
  package static func check(environment: [String: String]) throws {
    guard let step = environment["SLURM_STEP_ID"], !isKnown(environment) else { return }
    throw MPIError.startedBySrunWithoutPMIx(step: step)
  }

  /// Throws if a launcher started several processes but this MPI library sees only one. Each process would do all of
  /// the work, in the same files.
  ///
  /// - Parameter environment: the environment variables of a process whose world has one rank.
  /// - Throws: ``MPIError/unknownLauncher(variable:value:)``.
  package static func checkAlone(environment: [String: String]) throws {
    guard !isKnown(environment) else { return }
    for launcher in foreign {
      guard let rank = environment[launcher.rank] else { continue }
      // Some launchers set the number of processes; if it is 1, one process was intended.
      if let size = launcher.sizes.lazy.compactMap({ environment[$0] }).first, size == "1" { continue }
      throw MPIError.unknownLauncher(variable: launcher.rank, value: rank)
    }
    if let size = environment["PMI_SIZE"], size != "1" {
      throw MPIError.unknownLauncher(variable: "PMI_SIZE", value: size)
    }
  }

  /// The number of processes that the launcher started, if it says so; 1 without a launcher.
  package static func size(environment: [String: String]) -> Int {
    let sizes = ["OMPI_COMM_WORLD_SIZE"] + foreign.flatMap(\.sizes) + ["SLURM_STEP_NUM_TASKS"]
    return sizes.lazy.compactMap { environment[$0].flatMap { Int($0) } }.first ?? 1
  }

  /// This process's number among them; nil without a launcher.
  package static func rank(environment: [String: String]) -> Int? {
    let ranks = ["OMPI_COMM_WORLD_RANK", "PMIX_RANK"] + foreign.map(\.rank) + ["SLURM_PROCID"]
    return ranks.lazy.compactMap { environment[$0].flatMap { Int($0) } }.first
  }

  /// Whether this process was started by Open MPI's own launcher or by one that uses PMIx.
  private static func isKnown(_ environment: [String: String]) -> Bool {
    environment["PMIX_RANK"] != nil || environment["OMPI_COMM_WORLD_SIZE"] != nil
  }

  /// Launchers of other MPI libraries and systems: MPICH and Intel MPI (PMI), Flux, HPE's PALS, MVAPICH, IBM's jsrun.
  private static let foreign: [(rank: String, sizes: [String])] = [
    ("PMI_RANK", ["PMI_SIZE"]), ("FLUX_TASK_RANK", ["FLUX_JOB_SIZE"]),
    ("PALS_RANKID", ["PALS_SIZE", "PALS_LOCAL_SIZE"]),
    ("MV2_COMM_WORLD_RANK", ["MV2_COMM_WORLD_SIZE"]), ("JSM_NAMESPACE_RANK", ["JSM_NAMESPACE_SIZE"]),
  ]
}
