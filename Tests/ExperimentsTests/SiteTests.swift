import Experiments
import Testing

@Suite struct SiteTests {
  /// Recipes, their variants and probes may ask for more tokens than the model reads: 64 here.
  @Test(arguments: [
    ("max_length: 64", "max_length: 65"), ("recipe: {epochs: 16,", "recipe: {max_length: 65, epochs: 16,"),
    ("task: MRPC, examples: 80", "task: MRPC, max_length: 65"),
  ])
  func lengthsAreChecked(_ old: String, _ new: String) throws {
    #expect(throws: ExperimentError.maximumLength(got: 65, limit: 64)) {
      try site(changing: old, to: new).survey(program: "test")
    }
  }
}
