/* The same checks compiled as C99, against the declarations of losskit_dlpack.h itself. */
#define LOSSKIT_DLPACK_DECLARE
#include "dlpack_checks.h"

int dlpack_accepts_declared(void) { return dlpack_accepts(); }
int dlpack_refuses_declared(void) { return dlpack_refuses(); }
