public import Sweep

/// Does one unit. Called on the thread that called ``Job``, one unit at a time. An error becomes the unit's failure, with
/// its description, unless it is one of input or output (`ExitStatus.inputOutput`), such as a full disk: no other unit would
/// escape that, so it ends the job.
public typealias UnitRunner = (_ unit: WorkUnit, _ inputs: Inputs, _ context: UnitContext) throws -> UnitResult
