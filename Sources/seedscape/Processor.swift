import CProcessor
import Foundation
import Glibc
import LinearAlgebra

/// The processor the program finds itself on.
enum Processor {
  private static let variable = "OPENBLAS_CORETYPE"

  /// The processor's name, as Linux gives it.
  static var name: String {
    let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    let line = text.split(separator: "\n").first { $0.hasPrefix("model name") }
    return line?.split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) } ?? "unknown"
  }

  /// The cores that this process may use, as `package:core`; hyperthreads of a core count once. Empty where Linux does
  /// not tell.
  static var allowedCores: Set<String> {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("Cpus_allowed_list:") }
    return Set(cpus(line?.split(whereSeparator: \.isWhitespace).last ?? "").map(core))
  }

  /// The cores of this host, in the same manner.
  static var onlineCores: Set<String> {
    let list = (try? String(contentsOfFile: "/sys/devices/system/cpu/online", encoding: .utf8)) ?? ""
    return Set(cpus(list.trimmingCharacters(in: .whitespacesAndNewlines)).map(core))
  }

  /// The numbers of a list such as `0-3,8`.
  static func cpus(_ list: some StringProtocol) -> [Int] {
    list.split(separator: ",").flatMap { part -> [Int] in
      let ends = part.split(separator: "-").compactMap { Int($0) }
      guard let first = ends.first, let last = ends.last, first <= last else { return [] }
      return Array(first...last)
    }
  }

  private static func core(of cpu: Int) -> String {
    func read(_ name: String) -> String {
      let text = try? String(contentsOfFile: "/sys/devices/system/cpu/cpu\(cpu)/topology/\(name)", encoding: .utf8)
      return text?.trimmingCharacters(in: .whitespacesAndNewlines) ?? "\(cpu)"
    }
    return "\(read("physical_package_id")):\(read("core_id"))"
  }

  /// Checks that the processor has what the program was compiled for, and that OpenBLAS uses what the processor has.
  ///
  /// OpenBLAS 0.3.21 does not know newer processors and falls back on its AVX2 kernels there, half as fast as the
  /// AVX-512 ones. It chooses when it is loaded, before any Swift code runs: so the program starts itself again with
  /// the choice in its environment. A choice that is in the environment already is left alone.
  static func prepare() throws {
    if built_for_avx512() && !processor_has_avx512() || built_for_avx2() && !processor_has_avx2() {
      throw InputError(
        "this program was compiled for a processor with \(built_for_avx512() ? "AVX-512" : "AVX2"), which this one "
          + "lacks; compile it here, or for an older one: SEEDSCAPE_ARCH=\(processor_has_avx2() ? "x86-64-v3" : "x86-64") tools/build"
      )
    }
    guard processor_has_avx512(), getenv(variable) == nil, ["Haswell", "Zen"].contains(BLAS.coreName) else { return }
    guard setenv(variable, "SkylakeX", 1) == 0 else { return }
    var arguments: [UnsafeMutablePointer<CChar>?] = CommandLine.arguments.map { strdup($0) }
    arguments.append(nil)
    execv("/proc/self/exe", arguments)
    // Only reached when the restart failed; the slower kernels are right too.
    standardError(
      "seedscape: could not start again with \(variable)=SkylakeX (\(String(cString: strerror(errno)))); "
        + "matrix products use OpenBLAS's \(BLAS.coreName) kernels")
  }
}
