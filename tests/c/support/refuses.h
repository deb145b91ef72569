/* One call that must be refused, with the call itself as the scope of the checks. */
#ifndef LOSSKIT_TESTS_REFUSES_H
#define LOSSKIT_TESTS_REFUSES_H

#include "check.h"

/* `call` is written with `&error` as its last argument. */
#define REFUSES(call, code, text)                                   \
  do {                                                              \
    lk_error error = check_error();                                 \
    check_scope("%s", #call);                                       \
    CHECK_REFUSED(call, &error, code, ANY_INDEX, text);             \
  } while (0)

/* The same call without an error to fill in must give the same status. */
#define REFUSES_SILENTLY(call, code)                          \
  do {                                                        \
    check_scope("%s", #call);                                 \
    CHECK_THAT((call) == (code), "other status than %d", code); \
  } while (0)

#endif
