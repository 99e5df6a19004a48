import Coordination
import Diagnostics
import Testing

struct AgreementTests {
  private func view(_ host: String, _ core: String = "Zen", file: String = "a", problem: String? = nil) -> RankView {
    RankView(
      host: host, facts: [SharedFact(.kernels, core), SharedFact(.file("train.tsv"), file)],
      problem: problem.map { RankProblem(Problem(description: $0)) })
  }

  private struct Problem: ProgramError {
    let description: String
    let exitStatus = Diagnostics.ExitStatus.inputOutput
  }

  private func refusal(_ views: [RankView]) -> String? {
    do { try Disagreement.check(views) } catch {
      #expect(error.exitStatus == (views.contains { $0.problem != nil } ? .inputOutput : .badInput))
      return error.description
    }
    return nil
  }

  @Test func ranksThatAreAlikeAgree() {
    #expect(refusal([]) == nil)
    #expect(refusal([view("a")]) == nil)
    #expect(refusal([view("a"), view("b"), view("a")]) == nil)
  }

  @Test func whoHasWhatIsNamed() throws {
    let views = [view("a"), view("a"), view("b", "Haswell"), view("c", "Haswell"), view("b", "Haswell")]
    let text = try #require(refusal(views))
    #expect(text.contains("OpenBLAS's kernels: Zen on ranks 0-1 (a), Haswell on ranks 2, 4 (b), 3 (c)"))
    #expect(text.contains("mpirun -x") && !text.contains("train.tsv") && !text.contains("\n"))
    #expect(throws: Disagreement.self) { try Disagreement.check(views) }
  }

  @Test func everyDifferenceIsTold() throws {
    let text = try #require(refusal([view("a"), view("b", "Haswell", file: "b")]))
    #expect(text.contains("Zen on rank 0 (a), Haswell on rank 1 (b)"))
    #expect(text.contains("train.tsv: a on rank 0 (a), b on rank 1 (b)"))
  }

  @Test func aFactThatARankLacksDiffers() throws {
    let fewer = RankView(host: "b", facts: [SharedFact(.kernels, "Zen")])
    #expect(try #require(refusal([view("a"), fewer])).contains("train.tsv: a on rank 0 (a), nothing on rank 1 (b)"))
    #expect(refusal([fewer, view("a")]) != nil)
  }

  @Test func aRankThatCannotTakePartSaysWhy() throws {
    let views = [view("a"), view("b", problem: "no file at glue/train.tsv")]
    #expect(try #require(refusal(views)).hasPrefix("rank 1 (b) cannot take part: no file at glue/train.tsv;"))
    // A problem that all ranks have is reported as if there were one rank.
    #expect(refusal([view("a", problem: "no file"), view("b", problem: "no file")]) == "no file")
    #expect(refusal([view("a", problem: "no file")]) == "no file")
  }

  @Test func manyRanksFillNoScreen() throws {
    let views = (0..<2000).map { view("host\($0)", "core\($0)", file: "\($0)") }
    #expect(try #require(refusal(views)).count < 2000)
  }
}
