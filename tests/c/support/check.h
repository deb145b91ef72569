/* Counted checks: each failing one is printed with its file, line and scope, and none of them ends the program. */
#ifndef LOSSKIT_TESTS_CHECK_H
#define LOSSKIT_TESTS_CHECK_H

#include <stdint.h>

#include "losskit.h"

#define CHECK(condition) check_record((condition) != 0, __FILE__, __LINE__, "%s", #condition)

/* CHECK_THAT(condition, "what it means, as for printf", ...) */
#define CHECK_THAT(condition, ...) check_record((condition) != 0, __FILE__, __LINE__, __VA_ARGS__)

/* The call must succeed; otherwise the error's message is part of the report. Gives 1 on success. */
#define CHECK_OK(status, error) check_ok((status), (error), __FILE__, __LINE__, #status)

/* The call must be refused with this status, this index (ANY_INDEX: whatever it is) and this text in the message. */
#define CHECK_REFUSED(status, error, code, place, text) \
  check_refused((status), (error), (code), (place), (text), __FILE__, __LINE__)

#define ANY_INDEX INT64_MIN

#if defined(__GNUC__)
#define CHECK_FORMAT(text, first) __attribute__((format(printf, text, first)))
#else
#define CHECK_FORMAT(text, first)
#endif

/* Gives `passed` back, so that a check can guard what depends on it. Only the main thread may check. */
int check_record(int passed, const char *file, int line, const char *format, ...) CHECK_FORMAT(4, 5);
int check_ok(lk_status status, const lk_error *error, const char *file, int line, const char *call);
int check_refused(lk_status status, const lk_error *error, lk_status code, int64_t index, const char *text,
                  const char *file, int line);

/* What is being tried, printed with each failure until the next scope. */
void check_scope(const char *format, ...) CHECK_FORMAT(1, 2);

/* A fresh error: every byte that a call should set holds something that no call would leave there. */
lk_error check_error(void);

/* Whether the message is NUL-terminated inside its array and valid UTF-8, as a truncated one must be, too. */
int check_message_is_text(const lk_error *error);

/* Prints `N passed, M failed`; gives main's exit status. A program without a single check has failed. */
int check_finish(void);

#endif
