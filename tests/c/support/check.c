#include "check.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Beyond this many, failures are counted without being printed: the first ones tell. */
#define PRINTED_FAILURES 60

static unsigned long passed_count;
static unsigned long failed_count;
static char scope[1024];

static int record(int passed, const char *file, int line, const char *format, va_list arguments) {
  if (passed) {
    passed_count += 1;
    return 1;
  }
  failed_count += 1;
  if (failed_count <= PRINTED_FAILURES) {
    printf("%s:%d: failed: ", file, line);
    vprintf(format, arguments);
    printf("%s%s%s\n", scope[0] ? " [" : "", scope, scope[0] ? "]" : "");
    fflush(stdout);
  }
  return 0;
}

int check_record(int passed, const char *file, int line, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  passed = record(passed, file, line, format, arguments);
  va_end(arguments);
  return passed;
}

static void set_scope(const char *format, va_list arguments) { vsnprintf(scope, sizeof scope, format, arguments); }

void check_scope(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  set_scope(format, arguments);
  va_end(arguments);
}

lk_error check_error(void) {
  lk_error error;
  memset(&error, 0x7e, sizeof error);
  error.struct_size = (uint32_t)sizeof error;
  return error;
}

/* The length of the sequence that this byte begins, 0 if none begins with it. */
static size_t sequence_length(unsigned char first) {
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first < 0xe0) return 2;
  if (first >= 0xe0 && first < 0xf0) return 3;
  if (first >= 0xf0 && first < 0xf5) return 4;
  return 0;
}

int check_message_is_text(const lk_error *error) {
  const char *end = memchr(error->message, 0, sizeof error->message);
  const unsigned char *byte = (const unsigned char *)error->message;
  if (end == NULL) return 0;
  while (*byte != 0) {
    size_t length = sequence_length(*byte), i;
    if (length == 0) return 0;
    for (i = 1; i < length; i += 1)
      if ((byte[i] & 0xc0) != 0x80) return 0;
    byte += length;
  }
  return 1;
}

int check_ok(lk_status status, const lk_error *error, const char *file, int line, const char *call) {
  const char *message = error == NULL ? "" : check_message_is_text(error) ? error->message : "(unreadable message)";
  return check_record(status == LK_OK, file, line, "%s gave status %d: %s", call, (int)status,
                      status == LK_OK ? "" : message);
}

int check_refused(lk_status status, const lk_error *error, lk_status code, int64_t index, const char *text,
                  const char *file, int line) {
  int readable = check_message_is_text(error);
  int passed = check_record(readable, file, line, "the message is not NUL-terminated UTF-8");
  const char *message = readable ? error->message : "(unreadable)";
  passed &= check_record(status == code, file, line, "status is %d, expected %d: %s", (int)status, (int)code, message);
  if (status == LK_OK) return 0;
  passed &= check_record(error->status == status, file, line, "error.status is %d, the call returned %d",
                         (int)error->status, (int)status);
  passed &= check_record(index == ANY_INDEX ? error->index >= -1 : error->index == index, file, line,
                         "error.index is %lld, expected %lld: %s", (long long)error->index,
                         (long long)(index == ANY_INDEX ? -1 : index), message);
  passed &= check_record(strlen(message) >= 10, file, line, "the message says too little: \"%s\"", message);
  passed &= check_record(strstr(message, text) != NULL, file, line, "the message lacks \"%s\": %s", text, message);
  return passed;
}

int check_finish(void) {
  if (failed_count > PRINTED_FAILURES) printf("%lu more failures\n", failed_count - PRINTED_FAILURES);
  printf("%lu passed, %lu failed\n", passed_count, failed_count);
  fflush(stdout);
  return failed_count == 0 && passed_count > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
