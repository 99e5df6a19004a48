import BERT
import Experiments
import Sweep
import Testing

@Suite struct FootprintTests {
  /// Fine-tuning 10, a point 2, comparing 5; models of 1. Two fine-tune: 20 + 1. One fine-tunes and one compares, two
  /// surfaces mapped: 10 + 5 + 5.
  @Test func memoryByHand() {
    var footprint = Footprint()
    footprint.memoryByKind = [.fineTuning: 10, .point: 2, .similarity: 5]
    (footprint.model, footprint.surfaces) = (1, 2)
    #expect(footprint.memory(ranks: 1) == 11)
    #expect(footprint.memory(ranks: 2) == 21)
    footprint.model = 3
    #expect(footprint.memory(ranks: 2) == 30)
    footprint.memoryByKind[.fineTuning] = nil
    #expect(footprint.memoryOfRank == 2 && footprint.memory(ranks: 2) == 2 + 5 + 15)
  }

  /// Equal lengths do not vary; of 10 and 30 a batch of one takes the longest at most, a batch of 100 what is likely.
  @Test func typicalBatches() {
    #expect(BatchShape(typicalOf: [10, 10, 10], size: 2) == BatchShape(lengths: [10, 10]))
    #expect(BatchShape(typicalOf: [10, 30], size: 1) == BatchShape(lengths: [30]))
    let many = [Int](repeating: 10, count: 500) + [Int](repeating: 30, count: 500)
    // Mean 20, deviation 10: 100 x 20 + 4 x 10 x 10.
    let shape = BatchShape(typicalOf: many, size: 100)
    #expect(shape.tokens == 2400 && shape.longest == 30 && shape.sequences == 100)
    // Areas of 160 and 960: mean 560, deviation 400.
    #expect(shape.attention == 56_000 + 4 * 10 * 400)
  }

  /// Models on disk to the byte but for names and headers: theta0 of two initialisations, a final model and the snapshots of each cell, directions; nothing
  /// that depends on seeds or coordinates.
  @Test func sizesOfASweep() throws {
    let site = try site()
    let plan = try Plan(sweep: site.sweep, inputs: try site.survey(program: "test").inputs)
    let footprint = try site.footprint(of: plan)
    let vector = 4.0 * Double(BERTModel(site.checkpoint.configuration, outputs: nil).table.count)
    let cells = plan.units.count { $0.kind == .fineTuning }
    // 10 epochs, a snapshot every 2 and at the start; none of the variants' six cells. Directions: four curves along one,
    // three surfaces along two.
    let models = vector * Double(site.sweep.initialisations.count + cells + 6 * (cells - 6) + 10)
    #expect(footprint.disk > models && footprint.disk < models + 3e6)
    let surfaces = plan.curves.count + plan.surfaces.count
    #expect(footprint.model == vector && footprint.cells == cells && footprint.surfaces == surfaces)
    #expect(
      footprint.mapped(ranks: 1) == 3 * vector
        && footprint.mapped(ranks: 100) == vector * Double(1 + 2 * surfaces))
    #expect(
      footprint.resumeDisk(ranks: 2) == 12 * vector && footprint.resumeDisk(ranks: 1000) == 6 * vector * Double(cells))
    #expect(Set(footprint.memoryByKind.keys) == Set(plan.units.map(\.kind)))
    let fineTuning = try #require(footprint.memoryByKind[.fineTuning])
    let others = footprint.memoryByKind.filter { $0.key != .similarity }.values.max()
    #expect(footprint.memoryOfRank == others && footprint.memoryOfRank >= fineTuning)
  }
}
