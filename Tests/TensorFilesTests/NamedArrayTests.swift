import TensorFiles
import Testing

@Suite struct NamedArrayTests {
  private func array(_ elements: NamedArray.Elements) -> NamedArray {
    NamedArray(name: "a", shape: [elements.count], elements: elements)
  }

  @Test func equalityIsThatOfTheBytes() {
    #expect(array(.float32([.nan])) == array(.float32([.nan])))
    #expect(array(.float64([.nan, 1])) == array(.float64([.nan, 1])))
    #expect(array(.float32([0])) != array(.float32([-0.0])))
    #expect(array(.float32([.nan])) != array(.float32([Float(bitPattern: 0x7FC0_0001)])))
    #expect(array(.float32([1])) != array(.float32([1, 1])))
  }

  @Test func typeNameAndShapeCount() {
    #expect(array(.int32([0])) != array(.float32([0])))
    #expect(array(.int32([])) != array(.uint8([])))
    #expect(
      NamedArray(name: "a", shape: [2, 1], elements: .uint8([1, 2]))
        != NamedArray(name: "a", shape: [1, 2], elements: .uint8([1, 2])))
    #expect(
      NamedArray(name: "a", shape: [], elements: .uint8([1])) != NamedArray(name: "b", shape: [], elements: .uint8([1]))
    )
  }

  @Test func descriptionHasTypeAndShape() {
    let array = NamedArray(name: "a", shape: [2, 0], elements: .int64([]))
    #expect(array.description == TensorDescription(name: "a", dtype: .int64, shape: [2, 0]))
  }

  @Test func bytesAreLittleEndian() {
    #expect(NamedArray.Elements.int32([0x0102_0304]).withUnsafeBytes(Array.init) == [4, 3, 2, 1])
    #expect(NamedArray.Elements.float64([1]).withUnsafeBytes(Array.init) == [0, 0, 0, 0, 0, 0, 0xF0, 0x3F])
  }
}
