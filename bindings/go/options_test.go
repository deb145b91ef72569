package losskit

import (
	"errors"
	"reflect"
	"strconv"
	"strings"
	"testing"
)

func TestOptionsAsText(t *testing.T) {
	for expected, options := range map[string]Options{
		"cross_entropy": CrossEntropy{},
		"cross_entropy(class_weight=[0.25, 1], label_smoothing=0.1, ignore_index=-100)": CrossEntropy{
			LabelSmoothing: Float(0.1), IgnoreIndex: Int(-100), ClassWeight: Floats{0.25, 1}},
		"cross_entropy(class_weight=@cw, reduction=sum)": CrossEntropy{ClassWeight: Ref("cw"), Reduction: ReductionSum},
		"0.7*cross_entropy + 0.3*dice(batch=true)":       Sum(Weighted(0.7, CrossEntropy{}), Weighted(0.3, Dice{Batch: Bool(true)})),
		"-0.5*mse - 2*mse + mse":                         Sum(Weighted(-0.5, MSE{}), Weighted(-2, MSE{}), MSE{}),
		"2*mse + 1e-06*l2(input=@weights)":               Weighted(2, Sum(MSE{}, Weighted(5e-7, L2{Input: Ref("weights")}))),
		"mse(sample_weight=none)":                        MSE{SampleWeight: None},
		"dice(axis=[2, 3])":                              Dice{Axis: Ints{2, 3}},
		"keras.huber":                                    KerasHuber{},
	} {
		if options.Spec() != expected {
			t.Errorf("the spec is %s, expected %s", options.Spec(), expected)
		}
		loss, err := New(options)
		if err != nil {
			t.Errorf("New of %s: %v", expected, err)
			continue
		}
		loss.Close()
	}
}

func TestOptionsThatAreRefused(t *testing.T) {
	if _, err := New(nil); !errors.Is(err, ErrInvalidArgument) {
		t.Errorf("nil options: %v", err)
	}
	for _, options := range []Options{
		Sum(), Sum(nil), Weighted(2, nil), Sum(MSE{}, nil), CrossEntropy{LabelSmoothing: Float(2)}, MSE{Reduction: "average"},
		MSE{SampleWeight: Ref("")},
	} {
		if _, err := New(options); !errors.Is(err, ErrInvalidSpec) {
			t.Errorf("New of %q: %v", options.Spec(), err)
		}
	}
}

// Each parameter of the loaded library's catalog has its field, and a field set to the default changes nothing.
func TestOptionsAgainstTheCatalog(t *testing.T) {
	losses, err := Catalog()
	if err != nil {
		t.Fatal(err)
	}
	if len(losses) != len(everyOption) {
		t.Fatalf("the catalog has %d losses, the options %d", len(losses), len(everyOption))
	}
	for i, info := range losses {
		if info.Summary == "" || info.Formula == "" || info.Reference == "" || len(info.Tasks) == 0 {
			t.Errorf("%s is described as %+v", info.Name, info)
		}
		options := everyOption[i]
		if options.Spec() != info.Name {
			t.Errorf("loss %d is %s, its options are %s", i, info.Name, options.Spec())
			continue
		}
		kind := reflect.TypeOf(options)
		if kind.NumField() != len(info.Parameters) {
			t.Errorf("%s has %d parameters and %d fields", info.Name, len(info.Parameters), kind.NumField())
			continue
		}
		for field, parameter := range info.Parameters {
			changed := reflect.New(kind).Elem()
			changed.Field(field).Set(reflect.ValueOf(defaultValue(t, parameter)))
			text := changed.Interface().(Options).Spec()
			if !strings.HasPrefix(text, info.Name+"("+parameter.Name+"=") {
				t.Errorf("%s: field %d writes %s, expected the parameter %s", info.Name, field, text, parameter.Name)
			}
			bare, err := New(options)
			if err != nil {
				continue // the loss has a parameter that must be given; the library's own tests say which
			}
			loss, err := New(changed.Interface().(Options))
			if err != nil {
				t.Errorf("%s: %v", text, err)
				continue
			}
			if loss.String() != bare.String() {
				t.Errorf("%s prints as %s", text, loss)
			}
			loss.Close()
			bare.Close()
		}
	}
}

// defaultValue is the parameter's default as the Go type of its kind.
func defaultValue(t *testing.T, parameter ParameterInfo) Value {
	t.Helper()
	text := parameter.Default
	number, notNumber := strconv.ParseFloat(text, 64)
	switch {
	case strings.HasPrefix(text, "@"):
		return Ref(text[1:])
	case parameter.Kinds.Has(KindWord) && parameter.Kinds&^(KindWord|KindNone) == 0:
		return Word(text)
	case text == "none" && parameter.Kinds.Has(KindNone):
		return None
	case text == "true" || text == "false":
		return Bool(text == "true")
	case strings.HasPrefix(text, "["):
		if parameter.Kinds.Has(KindIntegers) {
			return Ints(listOf(t, text, func(word string) (int64, error) { return strconv.ParseInt(word, 10, 64) }))
		}
		return Floats(listOf(t, text, func(word string) (float64, error) { return strconv.ParseFloat(word, 64) }))
	case notNumber == nil && parameter.Kinds.Has(KindNumber):
		return Float(number)
	case notNumber == nil && parameter.Kinds.Has(KindInteger):
		return Int(number)
	case parameter.Kinds.Has(KindWord):
		return Word(text)
	}
	t.Fatalf("the default of %+v is of no kind that it accepts", parameter)
	return nil
}

func listOf[T any](t *testing.T, text string, parse func(string) (T, error)) []T {
	t.Helper()
	var list []T
	for _, word := range strings.FieldsFunc(strings.Trim(text, "[]"), func(r rune) bool { return r == ',' || r == ' ' }) {
		number, err := parse(word)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, number)
	}
	return list
}
