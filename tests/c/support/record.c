#define _POSIX_C_SOURCE 200809L
#include "record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

struct record_reader {
  FILE *file;
  char *line;
  size_t capacity;
  unsigned long line_number;
  const char *complaint;
  char *rest; /* where strtok_r stands in the line */
};

record_reader *record_reader_open(const char *path) {
  record_reader *reader = calloc(1, sizeof *reader);
  if (reader == NULL) return NULL;
  reader->file = fopen(path, "r");
  if (reader->file != NULL) return reader;
  free(reader);
  return NULL;
}

const char *record_reader_complaint(const record_reader *reader) { return reader->complaint; }

unsigned long record_reader_line(const record_reader *reader) { return reader->line_number; }

void record_reader_close(record_reader *reader) {
  fclose(reader->file);
  free(reader->line);
  free(reader);
}

static int complain(record_reader *reader, const char *complaint) {
  if (reader->complaint == NULL) reader->complaint = complaint;
  return 0;
}

static char *next_word(record_reader *reader) { return strtok_r(NULL, " ", &reader->rest); }

static int read_integer(record_reader *reader, int64_t *integer) {
  char *word = next_word(reader), *end;
  if (word == NULL) return complain(reader, "a whole number is missing");
  *integer = strtoll(word, &end, 10);
  return *end == 0 ? 1 : complain(reader, "not a whole number");
}

/* RANK DIMENSIONS… VALUES…, to the end of the line. */
static int read_numbers(record_reader *reader, numbers *into) {
  int64_t rank = 0;
  size_t i;
  char *word, *end;
  if (into->values != NULL) return complain(reader, "given twice");
  if (!read_integer(reader, &rank)) return 0;
  if (rank < 0 || rank > 8) return complain(reader, "the rank is not in 0..8");
  into->rank = (uint32_t)rank;
  into->count = 1;
  for (i = 0; i < into->rank; i += 1) {
    if (!read_integer(reader, &into->shape[i])) return 0;
    if (into->shape[i] < 0) return complain(reader, "a dimension is negative");
    into->count *= (size_t)into->shape[i];
  }
  into->values = malloc((into->count + 1) * sizeof *into->values);
  if (into->values == NULL) return complain(reader, "out of memory");
  for (i = 0; i < into->count; i += 1) {
    if ((word = next_word(reader)) == NULL) return complain(reader, "fewer values than the shape says");
    into->values[i] = strtod(word, &end);
    if (*end != 0) return complain(reader, "not a number");
  }
  return next_word(reader) == NULL ? 1 : complain(reader, "more values than the shape says");
}

static int read_operand(record_reader *reader, record *into) {
  record_operand *operand = &into->operands[into->operand_count];
  char *name = next_word(reader), *kind = next_word(reader);
  if (into->operand_count == RECORD_OPERANDS) return complain(reader, "more operands than this reader holds");
  if (kind == NULL || strlen(kind) != 1 || strchr("fib", *kind) == NULL)
    return complain(reader, "an operand's kind must be f, i or b");
  if (strlen(name) >= sizeof operand->name) return complain(reader, "the operand's name is too long");
  strcpy(operand->name, name);
  operand->kind = *kind;
  into->operand_count += 1;
  return read_numbers(reader, &operand->tensor);
}

static int read_derivative(record_reader *reader, record *into, int second) {
  char *name = next_word(reader);
  size_t i;
  if (name == NULL) return complain(reader, "the operand's name is missing");
  for (i = 0; i < into->operand_count; i += 1) {
    record_operand *operand = &into->operands[i];
    if (strcmp(operand->name, name) != 0) continue;
    if (second) operand->has_hessian = 1;
    else operand->has_gradient = 1;
    /* A record of a refusal names what the call asks for, and no numbers. */
    if (reader->rest == NULL || *reader->rest == 0) return 1;
    return read_numbers(reader, second ? &operand->hessian : &operand->gradient);
  }
  return complain(reader, "a derivative with respect to an operand that is not given above it");
}

static int read_dtypes(record_reader *reader, record *into) {
  char *word;
  while ((word = next_word(reader)) != NULL) {
    if (strcmp(word, "f32") == 0) into->f32 = 1;
    else if (strcmp(word, "f64") == 0) into->f64 = 1;
    else return complain(reader, "a dtype must be f32 or f64");
  }
  return 1;
}

static int read_text(record_reader *reader, char **into) {
  if (*into != NULL) return complain(reader, "given twice");
  *into = strdup(reader->rest == NULL ? "" : reader->rest);
  return *into != NULL ? 1 : complain(reader, "out of memory");
}

static int read_field(record_reader *reader, record *into) {
  char *field = strtok_r(reader->line, " ", &reader->rest);
  int64_t integer;
  if (strcmp(field, "spec") == 0) return read_text(reader, &into->spec);
  if (strcmp(field, "message") == 0) return read_text(reader, &into->message);
  if (strcmp(field, "dtype") == 0) return read_dtypes(reader, into);
  if (strcmp(field, "operand") == 0) return read_operand(reader, into);
  if (strcmp(field, "gradient") == 0) return read_derivative(reader, into, 0);
  if (strcmp(field, "hessian") == 0) return read_derivative(reader, into, 1);
  if (strcmp(field, "value") == 0) {
    into->has_value = 1;
    return read_numbers(reader, &into->value);
  }
  if (strcmp(field, "status") == 0) {
    into->has_status = 1;
    if (!read_integer(reader, &integer)) return 0;
    into->status = (long)integer;
    return 1;
  }
  if (strcmp(field, "index") == 0) {
    into->has_index = 1;
    return read_integer(reader, &into->index);
  }
  return complain(reader, "a field that the format does not know");
}

/* Gives 0 at the end of the file; comments and empty lines are passed over. */
static int read_line(record_reader *reader) {
  ssize_t length;
  while ((length = getline(&reader->line, &reader->capacity, reader->file)) >= 0) {
    reader->line_number += 1;
    while (length > 0 && (reader->line[length - 1] == '\n' || reader->line[length - 1] == '\r'))
      reader->line[--length] = 0;
    if (length > 0 && reader->line[0] != '#') return 1;
  }
  return 0;
}

static int is_complete(record_reader *reader, const record *read) {
  size_t i;
  if (read->spec == NULL) return complain(reader, "the record has no spec");
  for (i = 0; i < read->operand_count; i += 1) {
    const record_operand *operand = &read->operands[i];
    if ((operand->has_gradient && operand->gradient.values == NULL) != (operand->has_gradient && read->has_status) ||
        (operand->has_hessian && operand->hessian.values == NULL) != (operand->has_hessian && read->has_status))
      return complain(reader, "derivatives have numbers, and those of a refusal have none");
  }
  return 1;
}

record *record_reader_next(record_reader *reader) {
  record *read;
  if (reader->complaint != NULL || !read_line(reader)) return NULL;
  if (strncmp(reader->line, "case ", 5) != 0) {
    complain(reader, "a record must begin with `case`");
    return NULL;
  }
  read = calloc(1, sizeof *read);
  if (read == NULL || (read->name = strdup(reader->line + 5)) == NULL) {
    complain(reader, "out of memory");
    free(read);
    return NULL;
  }
  while (read_line(reader)) {
    if (strcmp(reader->line, "end") == 0) {
      if (is_complete(reader, read)) return read;
      break;
    }
    if (!read_field(reader, read)) break;
  }
  complain(reader, "the file ends inside a record");
  record_destroy(read);
  return NULL;
}

void record_destroy(record *done) {
  size_t i;
  for (i = 0; i < done->operand_count; i += 1) {
    free(done->operands[i].tensor.values);
    free(done->operands[i].gradient.values);
    free(done->operands[i].hessian.values);
  }
  free(done->value.values);
  free(done->name);
  free(done->spec);
  free(done->message);
  free(done);
}
