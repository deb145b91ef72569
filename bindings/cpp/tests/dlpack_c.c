/* The same checks compiled as C99, against the machine's dlpack.h where it has one. */
#include "dlpack_checks.h"

int dlpack_accepts_in_c(void) { return dlpack_accepts(); }
int dlpack_refuses_in_c(void) { return dlpack_refuses(); }
