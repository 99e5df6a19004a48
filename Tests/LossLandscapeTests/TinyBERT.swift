import BERT
import Foundation
import GLUE
import LinearAlgebra
import LossLandscape

/// A BERT of one layer, 4 channels and 10 words, with weights that are great enough to bend its loss, and nine examples.
/// The word 9 and the position 5 are never read.
struct TinyBERT {
  let model: BERTModel
  let parameters: Parameters
  let data: EncodedDataset

  init() throws {
    let json = """
      {"vocab_size": 10, "hidden_size": 4, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 6,
       "max_position_embeddings": 6, "type_vocab_size": 2, "initializer_range": 0.5}
      """
    model = BERTModel(try BERTConfiguration(json: Data(json.utf8), path: "tiny"), outputs: 2)
    let vector = AlignedBuffer<Float>(count: model.table.count)
    model.initialiseEncoder(vector.pointer, seed: 1)
    model.initialiseHead(vector.pointer, seed: 2)
    parameters = Parameters(vector)
    let tokens: [[Int32]] = [
      [1, 2, 3], [1, 4], [1, 5, 6, 2, 7], [1, 8, 8], [1, 3, 4, 5], [1], [1, 7, 0], [1, 2, 6, 8, 3], [1, 6],
    ]
    data = try EncodedDataset(
      tokens: tokens, segments: tokens.map { $0.indices.map { $0 > 2 ? 1 : 0 } },
      labels: .classes([0, 1, 1, 0, 1, 0, 0, 1, 0]),
      limits: model.configuration.inputLimits)
  }

  func gradient(batchSize: Int = 4) throws -> SubsetGradient {
    try SubsetGradient(model, data, batchSize: batchSize)
  }

  /// The gradient at theta with `shift` added at one place.
  func gradient(_ subset: SubsetGradient, place: Int, shift: Float) -> [Double] {
    let point = AlignedBuffer<Float>(count: parameters.count)
    point.pointer.update(from: parameters.base, count: parameters.count)
    point.pointer[place] += shift
    let gradient = AlignedBuffer<Float>(count: parameters.count)
    subset.add(point.pointer, to: gradient.pointer)
    return gradient.elements.map { Double($0) }
  }

  /// The Hessian of theta in full, [encoder, encoder], column by column: a difference of fourth order, whose errors are
  /// some 1e-5 from rounding and as much from the step.
  func hessian() throws -> [[Double]] {
    let subset = try gradient()
    let h: Float = 0x1p-6
    let columns = model.table.encoder.map { place in
      let near = zip(gradient(subset, place: place, shift: h), gradient(subset, place: place, shift: -h))
      let far = zip(gradient(subset, place: place, shift: 2 * h), gradient(subset, place: place, shift: -2 * h))
      return zip(near, far).map { (8 * ($0.0 - $0.1) - ($1.0 - $1.1)) / Double(12 * h) }
    }
    return model.table.encoder.map { i in model.table.encoder.map { (columns[$0][i] + columns[i][$0]) / 2 } }
  }
}

/// J = x^T A x / 2 around (1, 2, 3, ...): its Hessian is A everywhere.
func quadratic(_ a: [[Double]], places: [Range<Int>]? = nil, halvings: Int = 0) -> HessianProduct {
  HessianProduct(
    at: parameters(a.indices.map { Float($0 + 1) }), encoder: a.indices, places: places, halvings: halvings
  ) { theta, gradient in
    for i in a.indices { gradient[i] += Float(a.indices.reduce(0) { $0 + a[i][$1] * Double(theta[$1]) }) }
  }
}

/// H v.
func multiply(_ hessian: HessianProduct, _ v: [Float]) throws -> [Double] {
  let product = AlignedBuffer<Double>(count: hessian.count)
  try v.withUnsafeBufferPointer { v in
    if let base = v.baseAddress { try hessian.multiply(base, into: product.pointer) }
  }
  return Array(product.elements)
}
