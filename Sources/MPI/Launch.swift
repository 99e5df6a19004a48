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
    guard let step = environment["SLURM_STEP_ID"] else { return }
    let launchers = ["PMIX_RANK", "OMPI_COMM_WORLD_SIZE"]
    guard launchers.allSatisfy({ environment[$0] == nil }) else { return }
    throw MPIError.startedBySrunWithoutPMIx(step: step)
  }
}
