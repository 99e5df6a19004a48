public import Diagnostics

/// Errors in tensor files, or in the arguments for writing one. Each message says what was found, what was expected and
/// what to do.
public enum TensorFileError: ProgramError, Equatable {
  /// The file holds `got` bytes, fewer than the `expected` of its header.
  case truncated(path: String, got: Int, expected: Int)
  /// The file holds `got` bytes, more than the `expected` of its header.
  case trailingBytes(path: String, got: Int, expected: Int)
  /// The header is not valid for its format.
  case invalidHeader(path: String, reason: String)
  /// The header describes a tensor that cannot exist.
  case invalidTensor(path: String, tensor: String, reason: String)
  /// The tensor has an element type that is not supported.
  case unsupportedType(path: String, tensor: String, type: String)
  /// The file has no tensor of that name.
  case missingTensor(path: String, tensor: String)
  /// The tensor has a type that the call does not convert.
  case wrongType(path: String, tensor: String, got: DType, expected: String)
  /// The destination has a different number of elements than the tensor.
  case wrongCount(path: String, tensor: String, got: Int, expected: Int)
  /// The tensor holds an integer that does not fit the requested type.
  case valueOutOfRange(path: String, tensor: String, value: String, type: String)
  /// The directory has none of the files `lookedFor`; `pickle` is the PyTorch file found there instead, if any.
  case noTensorFiles(directory: String, lookedFor: [String], pickle: String?)
  /// The index of a sharded checkpoint is not valid.
  case invalidIndex(path: String, reason: String)
  /// The index names a file that does not exist.
  case missingShard(index: String, shard: String)
  /// The index says that the shard holds the tensor, but it does not.
  case missingInShard(index: String, shard: String, tensor: String)
  /// The writer was given `got` bytes for the tensor; its type and shape need `expected`.
  case wrongByteCount(path: String, tensor: String, got: Int, expected: Int)
  /// The writer was given bytes of tensor `got`, but `expected` is next (nil: all are written).
  case outOfOrder(path: String, got: String, expected: String?)
  /// The .npy file is of a kind that is not supported.
  case unsupportedNumPy(path: String, got: String, expected: String)

  /// Bad input, except if a writer was given something that it cannot write.
  public var exitStatus: ExitStatus {
    switch self {
    case .wrongByteCount, .outOfOrder: .internal
    default: .badInput
    }
  }

  /// One line: what was found, what was expected, what to do.
  public var description: String {
    switch self {
    case .truncated(let path, let got, let expected):
      return "\(path) holds \(got) bytes, expected \(expected): the file is truncated; download it again"
    case .trailingBytes(let path, let got, let expected):
      return "\(path) holds \(got) bytes, expected \(expected): bytes follow its last tensor; download it again"
    case .invalidHeader(let path, let reason):
      return "\(path) has a header that cannot be read: \(reason); download the file or write it again"
    case .invalidTensor(let path, let tensor, let reason):
      return "\(path): tensor '\(tensor)' \(reason); write the file again"
    case .unsupportedType(let path, let tensor, let type):
      let known = DType.allCases.map(\.rawValue).joined(separator: " ")
      return "\(path): tensor '\(tensor)' is of type \(type), expected one of \(known); convert it to F32"
    case .missingTensor(let path, let tensor):
      return "\(path) holds no tensor '\(tensor)'; check that the file belongs to this model"
    case .wrongType(let path, let tensor, let got, let expected):
      return "\(path): tensor '\(tensor)' is of type \(got.rawValue), expected \(expected); convert it"
    case .wrongCount(let path, let tensor, let got, let expected):
      return "\(path): tensor '\(tensor)' has \(got) elements, expected \(expected); "
        + "check that the file belongs to this model"
    case .valueOutOfRange(let path, let tensor, let value, let type):
      return "\(path): tensor '\(tensor)' holds \(value), expected values of \(type); store smaller values"
    case .noTensorFiles(let directory, let lookedFor, let pickle):
      return Self.describeNoTensorFiles(directory, lookedFor, pickle)
    case .invalidIndex(let path, let reason):
      return "\(path) is not the index of a sharded checkpoint: \(reason); download it again"
    case .missingShard(let index, let shard):
      return "\(index) names the file \(shard), which does not exist; download it into the same directory"
    case .missingInShard(let index, let shard, let tensor):
      return "\(index) expects tensor '\(tensor)' in \(shard), which lacks it; download both again"
    case .wrongByteCount(let path, let tensor, let got, let expected):
      return "\(path): tensor '\(tensor)' was given \(got) bytes, expected \(expected); nothing was written"
    case .outOfOrder(let path, let got, let expected):
      let next = expected.map { "those of '\($0)'" } ?? "none"
      return "\(path): got bytes of tensor '\(got)', expected \(next): "
        + "tensors are written in the order of their list; nothing was written"
    case .unsupportedNumPy(let path, let got, let expected):
      return "\(path) is a NumPy file with \(got), expected \(expected); save the array again in such a form"
    }
  }

  private static func describeNoTensorFiles(_ directory: String, _ lookedFor: [String], _ pickle: String?) -> String {
    let files = lookedFor.joined(separator: ", ")
    let found = "\(directory) holds none of: \(files)"
    guard let pickle, let target = lookedFor.first else { return "\(found); check the path or download the model" }
    return "\(found); it holds \(pickle), so convert that: cd '\(directory)' && python3 -c \"import torch; "
      + "from safetensors.torch import save_file; save_file({name: tensor.clone().contiguous() for name, tensor in "
      + "torch.load('\(pickle)', map_location='cpu', weights_only=True).items()}, '\(target)', "
      + "metadata={'format': 'pt'})\""
  }
}
