import MPI
import Testing

@Suite struct LaunchTests {
  @Test func srunWithoutPMIxIsRefusedWithTheCure() {
    let error = MPIError.startedBySrunWithoutPMIx(step: "0")
    #expect(throws: error) {
      try Launch.check(environment: ["SLURM_STEP_ID": "0", "SLURM_JOB_ID": "12", "SLURM_PROCID": "3"])
    }
    #expect("\(error)".contains("srun --mpi=pmix") && "\(error)".contains("mpirun"))
  }

  @Test(arguments: [
    // A plain start, a batch script, srun --mpi=pmix, mpirun whose daemon is a Slurm task, mpirun without PMIx variables.
    [:],
    ["SLURM_JOB_ID": "12"],
    ["SLURM_STEP_ID": "0", "PMIX_RANK": "1"],
    ["SLURM_STEP_ID": "0", "PMIX_RANK": "1", "OMPI_COMM_WORLD_SIZE": "4"],
    ["SLURM_STEP_ID": "0", "OMPI_COMM_WORLD_SIZE": "4"],
  ])
  func otherStartsPass(environment: [String: String]) throws {
    try Launch.check(environment: environment)
  }
}
