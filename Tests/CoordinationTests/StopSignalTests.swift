import Coordination
import Foundation
import Testing

struct StopSignalTests {
  @Test func theFirstSignalStays() {
    let stop = StopSignal()
    #expect(stop.signal == nil)
    stop.raise(10)
    stop.raise(15)
    #expect(stop.signal == 10)
  }

  @Test func signalsAreCaught() throws {
    let stop = try StopSignal.catchingSignals()
    #expect(stop.signal == nil)
    // Threads of the pool that runs tests block signals, which then wait until the thread unblocks them.
    var caught = sigset_t()
    var before = sigset_t()
    #expect(sigemptyset(&caught) == 0)
    for signal in [SIGUSR1, SIGTERM, SIGINT] { #expect(sigaddset(&caught, signal) == 0) }
    #expect(pthread_sigmask(SIG_UNBLOCK, &caught, &before) == 0)
    for signal in [SIGUSR1, SIGTERM, SIGINT] { #expect(raise(signal) == 0) }
    #expect(pthread_sigmask(SIG_SETMASK, &before, nil) == 0)
    #expect(stop.signal == SIGUSR1)
  }
}
