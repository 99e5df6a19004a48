internal import LinearAlgebra

/// A forward pass of one model that waits after every layer, so that several models can go through a batch in lock step in
/// one workspace. What it computes has the bits of a whole pass with an observer.
public final class SteppedPass {
  /// The layer that comes next, from 0; as many as the model has at the end.
  public private(set) var layer = 0

  private let pass: Pass
  /// The hidden states between two layers, [T, C].
  private let states: AlignedBuffer<Float>

  /// Computes the embeddings.
  ///
  /// - Parameters:
  ///   - batch: as for ``BERTModel/forward(_:parameters:workspace:dropout:observer:)``.
  ///   - parameters: the flat vector, which must outlive the pass.
  ///   - workspace: for inference; others may use it between two steps.
  public init(
    _ model: BERTModel, _ batch: PackedBatch, parameters: UnsafePointer<Float>, workspace: Workspace
  ) {
    model.check(batch, workspace)
    precondition(workspace.purpose == .inference, "an observer needs a workspace for inference")
    pass = model.pass(batch, parameters, workspace, nil)
    states = AlignedBuffer(count: batch.tokens.count * model.configuration.hiddenSize)
    pass.embed()
    states.pointer.update(from: pass.input(of: 0).base, count: states.count)
  }

  /// Computes the next layer.
  ///
  /// - Parameters:
  ///   - staying: whether the layer is to be computed again, as the observer does not take all of it at once.
  ///   - attention: gets the layer's attention rows, sequence by sequence and head by head.
  public func step(staying: Bool = false, attention: @escaping AttentionObserver) {
    precondition(layer < pass.model.configuration.layers, "a layer is left")
    pass.input(of: layer).base.update(from: states.pointer, count: states.count)
    pass.forwardLayer(layer, observe: attention)
    guard !staying else { return }
    states.pointer.update(from: pass.output(of: layer).base, count: states.count)
    layer += 1
  }
}
