package losskit

import (
	"math"
	"strconv"
	"strings"
)

// Options is a loss written as Go values: a struct such as [CrossEntropy], or a [Sum].
type Options interface {
	// Spec returns the text of the loss, as Parse reads it.
	Spec() string

	terms() []term
}

// New makes a loss from typed options. It is Parse of their text, with the same errors.
func New(options Options) (*Loss, error) {
	if options == nil {
		return nil, failure(ErrInvalidArgument, -1, "the options are nil")
	}
	return Parse(options.Spec())
}

// Sum is the sum of several losses, each with its weight if it is a [Weighted].
func Sum(losses ...Options) Options {
	var all sum
	for _, loss := range losses {
		all = append(all, termsOf(loss)...)
	}
	return all
}

// Weighted is a loss times a number; of a sum, it multiplies every term.
func Weighted(weight float64, loss Options) Options {
	terms := termsOf(loss)
	weighted := make(sum, len(terms))
	for i, t := range terms {
		weighted[i] = term{weight: weight * t.weight, text: t.text}
	}
	return weighted
}

// term is a loss with its factor in a sum.
type term struct {
	weight float64
	text   string
}

// termsOf lets a nil loss become an empty term, which Parse refuses and points at.
func termsOf(loss Options) []term {
	if loss == nil {
		return []term{{weight: 1}}
	}
	return loss.terms()
}

type sum []term

func (s sum) terms() []term { return s }

// Spec returns the text of the sum.
func (s sum) Spec() string {
	var text strings.Builder
	for i, t := range s {
		negative := math.Signbit(t.weight)
		switch {
		case i == 0 && negative:
			text.WriteString("-")
		case i > 0 && negative:
			text.WriteString(" - ")
		case i > 0:
			text.WriteString(" + ")
		}
		if factor := math.Abs(t.weight); factor != 1 {
			text.WriteString(formatFloat(factor) + "*")
		}
		text.WriteString(t.text)
	}
	return text.String()
}

// Value is a value of a parameter. Which ones a parameter accepts, its field's type says; a nil value means the default.
type Value interface {
	specText() string
}

// Float is a number, as in Float(0.1).
type Float float64

// Int is a whole number, as in Int(-100).
type Int int64

// Bool is Bool(true) or Bool(false).
type Bool bool

// Word is one of the words that a parameter accepts; the empty word means the default. The words are constants, such as
// ReductionSum.
type Word string

// Floats is a list of numbers, as in Floats{0.2, 0.8}.
type Floats []float64

// Ints is a list of whole numbers, as in Ints{1, 2}.
type Ints []int64

// Ref names an operand of the call: Ref("weights") is @weights in a spec.
type Ref string

// NoneValue is the type of None.
type NoneValue struct{}

// None is the word none, where it is not the default.
var None NoneValue

func (f Float) specText() string { return formatFloat(float64(f)) }
func (i Int) specText() string   { return strconv.FormatInt(int64(i), 10) }
func (b Bool) specText() string  { return strconv.FormatBool(bool(b)) }
func (w Word) specText() string  { return string(w) }
func (r Ref) specText() string   { return "@" + string(r) }

func (NoneValue) specText() string { return "none" }

func (l Floats) specText() string {
	texts := make([]string, len(l))
	for i, number := range l {
		texts[i] = formatFloat(number)
	}
	return "[" + strings.Join(texts, ", ") + "]"
}

func (l Ints) specText() string {
	texts := make([]string, len(l))
	for i, number := range l {
		texts[i] = strconv.FormatInt(number, 10)
	}
	return "[" + strings.Join(texts, ", ") + "]"
}

// formatFloat writes the shortest text that reads back as the same number.
func formatFloat(number float64) string {
	return strconv.FormatFloat(number, 'g', -1, 64)
}

// specWriter writes one loss; a parameter without a value is left out.
type specWriter struct {
	name       string
	parameters []string
}

func (w *specWriter) word(name string, word Word) {
	if word != "" {
		w.parameters = append(w.parameters, name+"="+string(word))
	}
}

func (w *specWriter) value(name string, value Value) {
	if value != nil {
		w.parameters = append(w.parameters, name+"="+value.specText())
	}
}

func (w *specWriter) text() string {
	if len(w.parameters) == 0 {
		return w.name
	}
	return w.name + "(" + strings.Join(w.parameters, ", ") + ")"
}
