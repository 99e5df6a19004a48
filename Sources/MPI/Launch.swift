/// How this process was started, as far as its environment tells.
package enum Launch {
  /// Refuses a start that `MPI_Init` would answer with a misleading text and the end of the process.
  ///
  /// `srun` sets `SLURM_STEP_ID` in every task. Its PMIx plugin adds `PMIX_RANK`; so does `mpirun`, whose daemons may
  /// themselves be tasks of a step. With neither, Open MPI believes it can ask Slurm, and cannot.
  ///
  /// - Parameter environment: the environment variables of the process.
  /// - Throws: ``MPIError/startedBySrunWithoutPMIx(step:)``.
  package static func check(environment: [String: String]) throws {
    guard let step = environment["SLURM_STEP_ID"], !isKnown(environment) else { return }
    throw MPIError.startedBySrunWithoutPMIx(step: step)
  }

  /// Refuses to be alone where a launcher started several processes that this MPI library does not see: each would do all
  /// of the work, in the same files.
  ///
  /// - Parameter environment: the environment variables of a process whose world has one rank.
  /// - Throws: ``MPIError/unknownLauncher(variable:value:)``.
  package static func checkAlone(environment: [String: String]) throws {
    guard !isKnown(environment) else { return }
    for launcher in foreign {
      guard let rank = environment[launcher.rank] else { continue }
      // Some launchers say how many there are; then one process may be meant.
      if let size = launcher.sizes.lazy.compactMap({ environment[$0] }).first, size == "1" { continue }
      throw MPIError.unknownLauncher(variable: launcher.rank, value: rank)
    }
    if let size = environment["PMI_SIZE"], size != "1" {
      throw MPIError.unknownLauncher(variable: "PMI_SIZE", value: size)
    }
  }

  /// How many processes a launcher started with this one, as far as it says so; 1 without a launcher.
  package static func size(environment: [String: String]) -> Int {
    let sizes = ["OMPI_COMM_WORLD_SIZE"] + foreign.flatMap(\.sizes) + ["SLURM_STEP_NUM_TASKS"]
    return sizes.lazy.compactMap { environment[$0].flatMap { Int($0) } }.first ?? 1
  }

  /// This process's number among them; nil without a launcher.
  package static func rank(environment: [String: String]) -> Int? {
    let ranks = ["OMPI_COMM_WORLD_RANK", "PMIX_RANK"] + foreign.map(\.rank) + ["SLURM_PROCID"]
    return ranks.lazy.compactMap { environment[$0].flatMap { Int($0) } }.first
  }

  /// Whether Open MPI's own launcher, or one that speaks PMIx, started this process.
  private static func isKnown(_ environment: [String: String]) -> Bool {
    environment["PMIX_RANK"] != nil || environment["OMPI_COMM_WORLD_SIZE"] != nil
  }

  /// Launchers of other MPI libraries and systems: MPICH's and Intel's (PMI), Flux, HPE's PALS, MVAPICH, IBM's jsrun.
  private static let foreign: [(rank: String, sizes: [String])] = [
    ("PMI_RANK", ["PMI_SIZE"]), ("FLUX_TASK_RANK", ["FLUX_JOB_SIZE"]),
    ("PALS_RANKID", ["PALS_SIZE", "PALS_LOCAL_SIZE"]),
    ("MV2_COMM_WORLD_RANK", ["MV2_COMM_WORLD_SIZE"]), ("JSM_NAMESPACE_RANK", ["JSM_NAMESPACE_SIZE"]),
  ]
}
