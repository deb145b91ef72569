/* Text that is no loss: empty, malformed, enormous, deep, not UTF-8. Each is refused with the byte where it goes
   wrong, a caret and what would be accepted; none takes long or crashes. */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "support/check.h"

typedef struct refusal {
  const char *spec;
  int64_t index;    /* where it goes wrong, in bytes; ANY_INDEX where more than one place can be meant */
  const char *text; /* in the message */
} refusal;

static const refusal refusals[] = {
    {"", 0, ""},
    {" ", ANY_INDEX, ""},
    {"\t\n", ANY_INDEX, ""},
    {"msee", 0, "mse"},
    {"MSE", 0, "mse"},
    {"cross_entorpy", 0, "cross_entropy"},
    {"keras.mean_square_error", ANY_INDEX, "keras.mean_squared_error"},
    {"kears.mean_squared_error", ANY_INDEX, "keras"},
    {"mse(", 4, ""},
    {"mse)", 3, ""},
    {"mse()extra", ANY_INDEX, ""},
    {"mse mse", 4, ""},
    {"mse(reduction)", ANY_INDEX, ""},
    {"mse(reduction=)", ANY_INDEX, ""},
    {"mse(=mean)", 4, ""},
    {"mse(reduction=mean,)", ANY_INDEX, ""},
    {"mse(,reduction=mean)", 4, ""},
    {"mse(reduction=mean reduction=sum)", ANY_INDEX, ""},
    {"mse(reduction=mean, reduction=sum)", 20, "reduction"},
    {"mse(reduktion=mean)", 4, "reduction"},
    {"mse(reduction=average)", 14, "mean"},
    {"mse(reduction=1)", 14, "mean"},
    {"mse(reduction=@operand)", 14, "mean"},
    {"huber(delta=0)", 12, "delta"},
    {"huber(delta=-1)", 12, "delta"},
    {"huber(delta=inf)", 12, ""},
    {"huber(delta=nan)", 12, ""},
    {"huber(delta=1e999)", 12, ""},
    {"huber(delta=1e)", ANY_INDEX, ""},
    {"huber(delta=--1)", ANY_INDEX, ""},
    {"huber(delta=1..2)", ANY_INDEX, ""},
    {"huber(delta=0x10)", ANY_INDEX, ""},
    {"huber(delta=1,5)", ANY_INDEX, ""},
    {"huber(delta=true)", 12, "delta"},
    {"huber(delta=[1])", 12, "delta"},
    {"cross_entropy(label_smoothing=1.5)", 30, "label_smoothing"},
    {"cross_entropy(ignore_index=1.5)", 27, "ignore_index"},
    {"cross_entropy(axis=0.5)", 19, "axis"},
    {"cross_entropy(class_weight=[1, )", ANY_INDEX, ""},
    {"cross_entropy(class_weight=[1 2])", ANY_INDEX, ""},
    {"cross_entropy(class_weight=[1, -2])", ANY_INDEX, "class_weight"},
    {"cross_entropy(class_weight=@)", ANY_INDEX, ""},
    {"cross_entropy(class_weight=@1)", ANY_INDEX, ""},
    {"cross_entropy(from=logit)", 19, "logits"},
    {"mse + ", ANY_INDEX, ""},
    {"+ + mse", ANY_INDEX, ""},
    {"mse * 2", ANY_INDEX, ""},
    {"2 * 3 * mse", ANY_INDEX, ""},
    {"2", ANY_INDEX, ""},
    {"2*", ANY_INDEX, ""},
    {"2 mse", ANY_INDEX, ""},
    {"(mse)", 0, ""},
    {"0.5*mse + 0.5*msee", 14, "mse"},
    {"inf*mse", ANY_INDEX, ""},
    {"1e400*mse", ANY_INDEX, ""},
    {"keras.", ANY_INDEX, ""},
    {".mse", ANY_INDEX, ""},
    {"torch.mse", ANY_INDEX, "torch"},
    {"mse;", 3, ""},
    {"mse(\"reduction\"=mean)", ANY_INDEX, ""},
    {"mse(reduction=\"mean", ANY_INDEX, ""},
};

static const struct {
  const char *what, *spec;
  int64_t index;
} not_text[] = {
    {"a lone continuation byte", "mse\x80", 3},
    {"an unfinished sequence", "mse\xc3", 3},
    {"an overlong slash", "\xc0\xaf", 0},
    {"a surrogate", "mse(\xed\xa0\x80)", 4},
    {"past the last code point", "\xf4\x90\x80\x80", 0},
    {"latin-1", "mse(reduction=\xfc" "ber)", 14},
};

/* Every refusal quotes the text over a caret, unless there is no text or it is none. */
static void refuse(const char *spec, int64_t index, const char *text) {
  lk_loss *loss = NULL;
  lk_error error = check_error();
  if (CHECK_REFUSED(lk_loss_create(spec, &loss, &error), &error, LK_INVALID_SPEC, index, text))
    CHECK_THAT(spec[0] == 0 || strcmp(text, "UTF-8") == 0 || strchr(error.message, '^') != NULL, "no caret in: %s",
               error.message);
  CHECK_THAT(loss == NULL, "a loss was made");
  lk_loss_destroy(loss);
}

static void malformed_text(void) {
  size_t i;
  for (i = 0; i < sizeof refusals / sizeof refusals[0]; i += 1) {
    check_scope("spec \"%s\"", refusals[i].spec);
    refuse(refusals[i].spec, refusals[i].index, refusals[i].text);
  }
}

static void text_that_is_not_utf8(void) {
  size_t i;
  for (i = 0; i < sizeof not_text / sizeof not_text[0]; i += 1) {
    check_scope("spec with %s", not_text[i].what);
    refuse(not_text[i].spec, not_text[i].index, "UTF-8");
  }
  check_scope("UTF-8 that is no word of the language");
  refuse("fehlerma\xc3\x9f", ANY_INDEX, "");
  refuse("mse(reduction=\xf0\x9f\x98\x80)", ANY_INDEX, "");
  refuse("mse\xc2\xa0", 3, "");
  refuse("\xef\xbb\xbfmse", ANY_INDEX, "");
}

static char *repeated(const char *head, const char *piece, size_t count, const char *tail) {
  size_t length = strlen(piece), i;
  char *text = malloc(strlen(head) + count * length + strlen(tail) + 1), *end;
  if (text == NULL) {
    fprintf(stderr, "out of memory\n");
    exit(EXIT_FAILURE);
  }
  end = text + strlen(strcpy(text, head));
  for (i = 0; i < count; i += 1) memcpy(end + i * length, piece, length);
  strcpy(end + count * length, tail);
  return text;
}

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Enormous text must be refused, or made, in time that grows with its length and no faster. */
static void enormous(const char *what, const char *head, const char *piece, size_t count, const char *tail) {
  char *text = repeated(head, piece, count, tail);
  lk_loss *loss = NULL;
  lk_error error = check_error();
  double start = seconds(), took;
  lk_status status;
  check_scope("%s", what);
  status = lk_loss_create(text, &loss, &error);
  took = seconds() - start;
  CHECK_REFUSED(status, &error, LK_INVALID_SPEC, ANY_INDEX, "");
  CHECK_THAT(took < 5.0, "took %.1f seconds", took);
  lk_loss_destroy(loss);
  free(text);
}

static void enormous_text(void) {
  enormous("a megabyte of letters", "", "x", 1000000, "");
  enormous("a megabyte of spaces", "", " ", 1000000, "");
  enormous("a megabyte of NUL-free bytes", "", "\xff", 1000000, "");
  enormous("a name of a megabyte", "mse(", "x", 1000000, "=1)");
  enormous("a word of a megabyte", "mse(reduction=", "x", 1000000, ")");
  enormous("a text of a megabyte", "mse(reduction=\"", "x", 1000000, "\")");
  enormous("digits for a megabyte", "huber(delta=-", "1", 1000000, ")");
  enormous("the same parameter over and over", "mse(", "reduction=mean,", 70000, "reduction=mean)");
  enormous("a list of a million words", "cross_entropy(class_weight=[", "a,", 500000, "a])");
  enormous("terms that do not exist", "mse", "+msee", 200000, "");
  enormous("100,000 open brackets", "mse(reduction=", "[", 100000, "");
  enormous("100,000 brackets, closed", "mse(reduction=", "[", 100000, "]");
  enormous("losses nested 100,000 deep", "", "mse(reduction=", 100000, "");
  enormous("losses nested in lists", "", "mse(reduction=[", 100000, "");
  enormous("signs", "", "-", 1000000, "mse");
  enormous("open parentheses", "", "(", 1000000, "");
  enormous("dots", "keras", ".keras", 150000, "");
  enormous("an operand's name of a megabyte", "mse(input=@", "x", 1000000, "");
}

/* Large but well-formed text is a loss like any other: a class weight for each of 10,000 classes. */
static void large_text_that_is_a_loss(void) {
  char *text = repeated("cross_entropy(class_weight=[", "0.5,", 9999, "0.5])");
  lk_loss *loss = NULL;
  lk_error error = check_error();
  check_scope("10,000 class weights");
  CHECK_OK(lk_loss_create(text, &loss, &error), &error);
  lk_loss_destroy(loss);
  free(text);
}

/* The caret stands under the place that `index` names, in the line above it. */
static void caret_is_under_the_place(void) {
  lk_loss *loss = NULL;
  lk_error error = check_error();
  const char *quoted, *caret, *line;
  check_scope("caret");
  if (!CHECK_REFUSED(lk_loss_create("huber(delta=-1)", &loss, &error), &error, LK_INVALID_SPEC, 12, "huber(delta=-1)"))
    return;
  quoted = strstr(error.message, "huber(delta=-1)");
  caret = strchr(error.message, '^');
  if (!CHECK(quoted != NULL && caret != NULL)) return;
  for (line = caret; line > error.message && line[-1] != '\n';) line -= 1;
  CHECK_THAT(caret > quoted, "the caret stands above the text");
  for (; quoted > error.message && quoted[-1] != '\n';) quoted -= 1;
  CHECK_THAT(caret - line == strstr(quoted, "-1") - quoted, "the caret is not under -1:\n%s", error.message);
}

int main(void) {
  malformed_text();
  text_that_is_not_utf8();
  enormous_text();
  large_text_that_is_a_loss();
  caret_is_under_the_place();
  return check_finish();
}
