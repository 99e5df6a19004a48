import Diagnostics
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
    try Launch.checkAlone(environment: environment.filter { !$0.key.hasPrefix("SLURM") })
  }

  @Test(arguments: [
    ["PMI_RANK": "1", "PMI_SIZE": "2"], ["PMI_RANK": "0", "PMI_SIZE": "2"], ["PMI_SIZE": "2"], ["PMI_RANK": "0"],
    ["FLUX_TASK_RANK": "0", "FLUX_JOB_SIZE": "4"], ["PALS_RANKID": "3"], ["PALS_RANKID": "0"],
    ["MV2_COMM_WORLD_RANK": "0", "MV2_COMM_WORLD_SIZE": "8"],
  ])
  func aLauncherThatIsNotKnownIsNamed(environment: [String: String]) throws {
    let error = try #require(throws: MPIError.self) { try Launch.checkAlone(environment: environment) }
    #expect(environment.contains { error.description.contains("\($0.key)=\($0.value)") })
    #expect(error.description.contains("mpirun"))
    #expect(error.exitStatus.rawValue == 64)
  }

  @Test func oneProcessOfAnyLauncherPasses() throws {
    try Launch.checkAlone(environment: ["PMI_RANK": "0", "PMI_SIZE": "1"])
    try Launch.checkAlone(environment: ["FLUX_TASK_RANK": "0", "FLUX_JOB_SIZE": "1"])
    try Launch.checkAlone(environment: ["PMI_RANK": "1", "PMI_SIZE": "2", "OMPI_COMM_WORLD_SIZE": "2"])
  }

  @Test func sizesAndRanksAreReadFromTheEnvironment() {
    #expect(Launch.size(environment: [:]) == 1 && Launch.rank(environment: [:]) == nil)
    #expect(Launch.size(environment: ["OMPI_COMM_WORLD_SIZE": "4"]) == 4)
    #expect(Launch.size(environment: ["PMI_SIZE": "3"]) == 3)
    #expect(Launch.rank(environment: ["OMPI_COMM_WORLD_RANK": "2"]) == 2)
    #expect(Launch.rank(environment: ["PALS_RANKID": "5"]) == 5)
  }
}
