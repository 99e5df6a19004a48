import CMPI

/// A Swift type with an MPI datatype, so that one buffer gives pointer, count and type (MPI 3.1, section 3.2.2).
/// Conforming: `UInt8`, `Int64`, `Float`, `Double`.
public protocol MPIScalar: BitwiseCopyable, Sendable {
  /// The MPI name of the type, an `MPI_Datatype`. Valid while MPI runs.
  static var datatype: OpaquePointer { get }
}

extension UInt8: MPIScalar {
  /// `MPI_UINT8_T`.
  public static var datatype: OpaquePointer { CMPI_UINT8_T() }
}

extension Int64: MPIScalar {
  /// `MPI_INT64_T`.
  public static var datatype: OpaquePointer { CMPI_INT64_T() }
}

extension Float: MPIScalar {
  /// `MPI_FLOAT`.
  public static var datatype: OpaquePointer { CMPI_FLOAT() }
}

extension Double: MPIScalar {
  /// `MPI_DOUBLE`.
  public static var datatype: OpaquePointer { CMPI_DOUBLE() }
}
