internal import BERT
internal import Foundation
internal import GLUE
internal import LearningDynamics
internal import Sweep
internal import TensorFiles

extension RunningUnit {
  /// The payload is a ``ProbeFile``.
  func visit(_ work: ProbeWork) throws -> UnitResult {
    let model = site.encoder
    let parameters = try parameters(of: work.model)
    let features = try Features(model, try worker.examples(of: work.probe), work.probe)
    var states = withExtendedLifetime(parameters) {
      features.take(parameters.base, layers: work.layers, team: team)
    }
    let halves = SequenceRows(sequenceOfRow: features.sequences).halves(seed: UInt64(work.probe.seed))
    var figures = Figures<ProbeWork.Figure>()
    figures[.rows] = Double(features.rows.count)
    var file = ProbeFile.Contents(features)
    for (index, layer) in work.layers.enumerated() {
      let layerFeatures = try LayerFeatures(
        states[index], columns: model.configuration.hiddenSize, halves: halves, isComplete: work.isComplete)
      states[index] = []
      file.add(layerFeatures, layer: layer)
      figures[.kept(layer: layer)] = Double(layerFeatures.basis.kept)
    }
    return .done(figures, payload: try file.encoded())
  }
}

extension FootprintOfWork {
  /// Features of the layers; one layer's matrix, its copy, its left vectors in Float64; the decompositions of the layers twice,
  /// once to be sent.
  func visit(_ work: ProbeWork) throws -> Needed {
    let kept = try decompositions(layers: work.layers.count, of: work.probe)
    let memory = try once([Work.Kind.probe, AnyHashable(work.probe), work.layers.count, work.threads]) {
      let examples = try worker.examples(of: work.probe)
      let workspace = Workspace.bytes(
        site.encoder, capacity: BatchShape(fitting: examples.batches(of: work.probe.batch)), purpose: .inference,
        threads: work.threads)
      let layer = Double(rows(work.probe, examples) * site.checkpoint.configuration.hiddenSize)
      return Double(workspace) + 4 * layer * Double(work.layers.count) + 8 * 3 * layer + 2 * kept
    }
    return Needed(memory: memory, disk: site.sweep.gather.keep ? kept : 0)
  }

  /// What is kept of one model's layers on a probe, when nothing is left out: left vectors, and both halves' bases and
  /// projections.
  func decompositions(layers: Int, of probe: Probe) throws -> Double {
    let rows = try once(probe) { Double(self.rows(probe, try worker.examples(of: probe))) }
    return 8 * 3 * rows * min(rows, Double(site.checkpoint.configuration.hiddenSize)) * Double(layers)
  }

  private func rows(_ probe: Probe, _ examples: EncodedDataset) -> Int {
    switch probe.tokens {
    case .all: min(probe.rows, examples.tokenCount)
    case .cls, .mean: examples.count
    }
  }
}
