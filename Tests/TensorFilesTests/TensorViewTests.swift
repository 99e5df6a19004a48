import Foundation
import TensorFiles
import Testing

/// Conversions, through files: every type written by Python, and all patterns of the two 16-bit types.
@Suite struct TensorViewTests {
  private func source() throws -> SafetensorsFile { try SafetensorsFile(fixture("dtypes.safetensors")) }

  /// The value of the 16 bits of a float with `exponentBits` and `fractionBits`, by the definition of IEEE 754.
  private func value(_ pattern: Int, exponentBits: Int, fractionBits: Int) -> Double {
    let exponent = pattern >> fractionBits & (1 << exponentBits - 1)
    let fraction = Double(pattern & (1 << fractionBits - 1)) / Double(1 << fractionBits)
    let sign: Double = pattern >> 15 == 0 ? 1 : -1
    let bias = 1 << (exponentBits - 1) - 1
    if exponent == 1 << exponentBits - 1 { return fraction == 0 ? sign * .infinity : .nan }
    if exponent == 0 { return sign * fraction * exp2(Double(1 - bias)) }
    return sign * (1 + fraction) * exp2(Double(exponent - bias))
  }

  @Test(arguments: [("F16", 5, 10), ("BF16", 8, 7)])
  func all65536PatternsAreExact(type: String, exponentBits: Int, fractionBits: Int) throws {
    let header = #"{"x":{"dtype":"\#(type)","shape":[65536],"data_offsets":[0,131072]}}"#
    let data = (0..<65536).flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
    let (narrow, wide) = try withSafetensorsFile(safetensors(header, data)) {
      (try $0.float32("x"), try $0.float64("x"))
    }
    let expected = (0..<65536).map { value($0, exponentBits: exponentBits, fractionBits: fractionBits) }
    let wrong = (0..<65536).filter { i in
      if expected[i].isNaN { return !narrow[i].isNaN || !wide[i].isNaN }
      return Double(narrow[i]).bitPattern != expected[i].bitPattern || wide[i].bitPattern != expected[i].bitPattern
    }
    #expect(wrong == [])
  }

  @Test func halvesOfPython() throws {
    let values = try source().float32("f16")
    #expect(
      values.dropLast() == [0, 0, 0x1p-24, 0x1.ff8p-15, 0x1p-14, 0.33325195, 65504, .infinity, -.infinity])
    #expect(values[1].sign == .minus && values[9].isNaN)
    let brains = try source().float32("bf16")
    #expect(
      brains.dropLast() == [0, 0, 0x1p-133, 0x1p-126, 0.33398438, 0x1.fep127, .infinity, -.infinity])
    #expect(brains[1].sign == .minus && brains[8].isNaN)
  }

  @Test func float32AndFloat64OfPython() throws {
    let source = try source()
    let single = try source.float32("f32")
    #expect(single.dropLast() == [1 / 3, 0, 0x1p-149, .infinity, -.infinity])
    #expect(single[1].sign == .minus && single[5].isNaN)
    let double = try source.float64("f64")
    #expect(double.dropLast() == [1 / 3, 0, 1e300])
    #expect(double[1].sign == .minus && double[3].isNaN)
    // Rounded to nearest; 1e300 is beyond Float32.
    #expect(try source.float32("f64").dropLast() == [Float(1) / 3, 0, .infinity])
    #expect(try source.float64("f32")[0] == Double(Float(1) / 3))
    #expect(try source.float32("scalar") == [1.5])
    #expect(try source.float32("empty") == [])
  }

  @Test func integersOfPython() throws {
    let source = try source()
    #expect(try source.int64("i64") == [.min, 7, .max])
    #expect(try source.int64("i32") == [-2_147_483_648, 7, 2_147_483_647])
    #expect(try source.int64("i16") == [-32768, 7, 32767])
    #expect(try source.int64("i8") == [-128, 7, 127])
    #expect(try source.int64("u8") == [0, 7, 255])
    #expect(try source.int64("u16") == [0, 7, 65535])
    #expect(try source.int64("u32") == [0, 7, 4_294_967_295])
    #expect(try source.int64("bool") == [1, 0, 1])
    #expect(try source.int32("i32") == [.min, 7, .max])
    #expect(try source.int32("i16") == [-32768, 7, 32767])
    #expect(try source.int32("u16") == [0, 7, 65535])
    #expect(try source.int32("bool") == [1, 0, 1])
  }

  @Test func integersOutOfRange() throws {
    let source = try source()
    #expect(
      message { _ = try source.int64("u64") }
        == "dtypes.safetensors: tensor 'u64' holds 18446744073709551615, expected values of Int64; "
        + "store smaller values")
    #expect(
      message { _ = try source.int32("u32") }
        == "dtypes.safetensors: tensor 'u32' holds 4294967295, expected values of Int32; store smaller values")
  }

  @Test func typesThatDoNotConvert() throws {
    let source = try source()
    #expect(
      message { _ = try source.float32("i64") }
        == "dtypes.safetensors: tensor 'i64' is of type I64, expected a floating-point type (F64 F32 F16 BF16); "
        + "convert it")
    #expect(
      message { _ = try source.int64("bf16") }
        == "dtypes.safetensors: tensor 'bf16' is of type BF16, expected an integer type; convert it")
    #expect(message { _ = try source.int32("f32") } != nil)
    #expect(message { _ = try source.float64("bool") } != nil)
  }

  @Test func copiesIntoMemoryOfTheRightSize() throws {
    let source = try source()
    var memory = [Float](repeating: 8, count: 10)
    try memory.withUnsafeMutableBufferPointer { memory in
      try source.copyFloat32("scalar", into: UnsafeMutableBufferPointer(rebasing: memory[4..<5]))
    }
    #expect(memory == [8, 8, 8, 8, 1.5, 8, 8, 8, 8, 8])
    let error = message {
      try memory.withUnsafeMutableBufferPointer { try source.copyFloat32("f32", into: $0) }
    }
    #expect(
      error
        == "dtypes.safetensors: tensor 'f32' has 6 elements, expected 10; check that the file belongs to this model")
  }

  @Test(arguments: [
    ("f64", "F64"), ("f32", "F32"), ("f16", "F32"), ("bf16", "F32"), ("i64", "I64"), ("i32", "I32"), ("i16", "I32"),
    ("i8", "I32"), ("u8", "U8"), ("u16", "I32"), ("u32", "I64"), ("bool", "U8"), ("empty", "F32"), ("scalar", "F32"),
  ])
  func arraysKeepOrWidenTheirType(name: String, type: String) throws {
    let source = try source()
    let array = try source.array(name)
    #expect(array.name == name)
    #expect(array.shape == source.entry(name)?.shape)
    #expect(array.elements.dtype.rawValue == type)
  }

  @Test func arraysHoldTheValues() throws {
    let source = try source()
    #expect(try source.array("u32").elements == .int64([0, 7, 4_294_967_295]))
    #expect(try source.array("i8").elements == .int32([-128, 7, 127]))
    #expect(try source.array("bool").elements == .uint8([1, 0, 1]))
    #expect(message { _ = try source.array("u64") } != nil)
  }
}
