#pragma once
#include <cblas.h>

// Debian's OpenBLAS contains LAPACK but no header for it (no LAPACKE), so the two Fortran routines in use are declared
// here. Matrices are column-major, and all arguments are passed by reference. A first call with lwork = -1 returns the
// workspace size.

void dgesdd_(const char *jobz, const int *m, const int *n, double *a, const int *lda, double *s, double *u,
             const int *ldu, double *vt, const int *ldvt, double *work, const int *lwork, int *iwork, int *info);
void dsyevd_(const char *jobz, const char *uplo, const int *n, double *a, const int *lda, double *w, double *work,
             const int *lwork, int *iwork, const int *liwork, int *info);
