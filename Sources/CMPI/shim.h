// Access to MPI, without logic. Swift imports functions and integer macros of <mpi.h> directly, but not macros that
// expand to casts or addresses, such as MPI's constants. Each getter below returns one of them.
#ifndef CMPI_SHIM_H
#define CMPI_SHIM_H

#include <mpi.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

// Predefined communicators: addresses of library objects behind a cast.
static inline MPI_Comm CMPI_COMM_WORLD(void) { return MPI_COMM_WORLD; }
static inline MPI_Comm CMPI_COMM_SELF(void) { return MPI_COMM_SELF; }

// The error handler that turns errors into return codes: an address behind a cast.
static inline MPI_Errhandler CMPI_ERRORS_RETURN(void) { return MPI_ERRORS_RETURN; }

// "No hints" for MPI_Comm_split_type: an address behind a cast.
static inline MPI_Info CMPI_INFO_NULL(void) { return MPI_INFO_NULL; }

// "No status wanted": a null pointer in Open MPI, another value elsewhere; a cast in either case.
static inline MPI_Status *CMPI_STATUS_IGNORE(void) { return MPI_STATUS_IGNORE; }

// Datatypes: addresses of library objects behind a cast.
static inline MPI_Datatype CMPI_BYTE(void) { return MPI_BYTE; }
static inline MPI_Datatype CMPI_UINT8_T(void) { return MPI_UINT8_T; }
static inline MPI_Datatype CMPI_INT64_T(void) { return MPI_INT64_T; }
static inline MPI_Datatype CMPI_FLOAT(void) { return MPI_FLOAT; }
static inline MPI_Datatype CMPI_DOUBLE(void) { return MPI_DOUBLE; }

// Whether a process may read another's memory as Open MPI wants to: tried on itself. The C library declares the call for
// GNU sources only, and syscall() has a variable number of arguments, which Swift cannot call.
static inline int CMPI_may_read_processes(void) {
  char from = 1, to = 0;
  struct iovec local = {&to, 1}, remote = {&from, 1};
  return syscall(SYS_process_vm_readv, getpid(), &local, 1UL, &remote, 1UL, 0UL) == 1;
}

#endif
