import Sweep
import Testing

@Suite struct LayerGroupTests {
  @Test(arguments: [
    ("all", 3, true, [0, 1, 2], true), ("low", 6, false, [0, 1], false), ("middle", 6, false, [2, 3], false),
    ("high", 6, false, [4, 5], false), ("low", 24, false, [0, 1, 2, 3, 4, 5, 6, 7], false),
    ("middle", 4, false, [1], false), ("high", 4, false, [2, 3], false), ("embeddings", 2, true, [], false),
    ("pooler", 2, false, [], true), ("layer 1", 2, false, [1], false), ("layers 1-3", 5, false, [1, 2, 3], false),
    ("embeddings + layers 0-1+layer 1", 4, true, [0, 1], false), ("low+middle+high", 7, false, Array(0..<7), false),
  ])
  func groups(text: String, count: Int, embeddings: Bool, layers: [Int], pooler: Bool) throws {
    let group = try LayerGroup(text, layers: count)
    #expect(group.embeddings == embeddings && group.layers == layers && group.pooler == pooler)
    #expect(group.isAll(of: count) == (text == "all"))
  }

  @Test func everythingByPartsIsAll() throws {
    #expect(try LayerGroup("embeddings+low+middle+high+pooler", layers: 5).isAll(of: 5))
  }

  @Test(arguments: [
    ("", 3), ("lowest", 3), ("layer", 3), ("layer x", 3), ("layers 3-1", 5), ("layer -1", 3), ("low+", 3),
    ("layer 3", 3), ("layers 1-9", 3), ("low", 2),
  ])
  func whatMeansNothing(text: String, count: Int) {
    #expect(throws: SweepError.self) { try LayerGroup(text, layers: count) }
  }

  @Test func messagesSayWhatIsExpected() {
    #expect {
      try LayerGroup("layer 7", layers: 6)
    } throws: { error in
      "\(error)".contains("layer group 'layer 7': the model has layers 0 to 5; expected all, low")
    }
  }
}
