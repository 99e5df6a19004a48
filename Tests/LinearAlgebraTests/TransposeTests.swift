import LinearAlgebra
import Testing

@Suite struct TransposeTests {
  @Test func byHand() {
    #expect(transpose([1, 2, 3, 4, 5, 6], rows: 2, columns: 3) == [1, 4, 2, 5, 3, 6])
    #expect(transpose([1, 2, 3], rows: 1, columns: 3) == [1, 2, 3])
    #expect(transpose([], rows: 0, columns: 3).isEmpty)
  }
}
