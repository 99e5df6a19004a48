import Foundation
import Sweep
import Testing

@Suite struct RecipeTests {
  @Test func stepsCountTheShortLastBatch() {
    var recipe = Recipe()
    (recipe.epochs, recipe.batch) = (3, 32)
    #expect(recipe.steps(examples: 64) == 6)
    #expect(recipe.steps(examples: 65) == 9)
    #expect(recipe.steps(examples: 0) == 0)
  }

  @Test(arguments: [
    (Snapshots.none, []), (.everySteps(4), [0, 4, 8, 10]), (.everySteps(5), [0, 5, 10]), (.everySteps(99), [0, 10]),
    (.everyEpochs(1), [0, 5, 10]), (.everyEpochs(0.5), [0, 3, 5, 8, 10]), (.everyEpochs(1.5), [0, 8, 10]),
    (.everyEpochs(0.01), Array(0...10)), (.everyEpochs(7), [0, 10]),
  ])
  func snapshotsHoldFirstAndLast(_ snapshots: Snapshots, _ steps: [Int]) {
    // 2 epochs of 5 steps.
    var recipe = Recipe()
    (recipe.epochs, recipe.batch, recipe.snapshots) = (2, 2, snapshots)
    #expect(recipe.snapshotSteps(examples: 9) == steps)
  }

  @Test(arguments: [
    ("none", Snapshots.none), ("1 step", .everySteps(1)), ("100 steps", .everySteps(100)),
    ("0.5 epochs", .everyEpochs(0.5)), ("1 epoch", .everyEpochs(1)),
  ])
  func intervalsAreReadAndWritten(_ text: String, _ snapshots: Snapshots) throws {
    #expect(Snapshots(text) == snapshots)
    #expect(Snapshots(snapshots.description) == snapshots)
    #expect(try JSONDecoder().decode([Snapshots].self, from: JSONEncoder().encode([snapshots])) == [snapshots])
  }

  @Test(arguments: ["", "0 steps", "1.5 steps", "0 epochs", "nan epochs", "5", "5 days", "steps", "1 2 steps"])
  func otherIntervalsAreNone(_ text: String) {
    #expect(Snapshots(text) == nil)
  }

  @Test func namesOfCells() {
    #expect(Cell(id: Identity(hex: "a"), task: "SST-2", headSeed: 1, orderSeed: 1).name == "SST-2-s1")
    #expect(Cell(id: Identity(hex: "a"), task: "SST-2", headSeed: 1, orderSeed: 0).name == "SST-2-h1-o0")
    #expect(
      Cell(id: Identity(hex: "a"), task: "RTE", headSeed: 2, orderSeed: 2, initialisation: .scratch).name
        == "RTE-scratch-s2")
  }
}
