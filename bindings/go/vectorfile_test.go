//go:build losskit_dev

package losskit_test

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
)

// record is one case of a file of reference vectors; tests/vectors/README.md describes the format.
type record struct {
	name, spec string
	dtypes     []string
	operands   []numbers
	value      *numbers
	gradients  []numbers
	hessians   []numbers
	status     int
	index      *int
	message    string
}

// numbers is a tensor as text has it.
type numbers struct {
	name, kind string
	shape      []int
	values     []float64
}

// readRecords fails the test on any line that it does not understand.
func readRecords(t *testing.T, path string) []record {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var records []record
	var current *record
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 64<<20)
	for number := 1; lines.Scan(); number++ {
		line := strings.TrimRight(lines.Text(), "\r")
		key, rest, _ := strings.Cut(line, " ")
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if err := readField(&records, &current, key, rest); err != nil {
			t.Fatalf("%s:%d: %v", path, number, err)
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	if current != nil {
		t.Fatalf("%s: case %s has no end", path, current.name)
	}
	return records
}

func readField(records *[]record, current **record, key, rest string) error {
	if (key == "case") != (*current == nil) {
		return fmt.Errorf("%q is out of place", key)
	}
	c := *current
	var err error
	switch key {
	case "case":
		*current = &record{name: rest}
	case "spec":
		c.spec = rest
	case "dtype":
		c.dtypes = strings.Fields(rest)
	case "operand":
		name, tail, _ := strings.Cut(rest, " ")
		kind, tail, _ := strings.Cut(tail, " ")
		err = appendNumbers(&c.operands, name, kind, tail)
	case "value":
		var value []numbers
		err = appendNumbers(&value, "value", "f", rest)
		if err == nil {
			c.value = &value[0]
		}
	case "gradient", "hessian":
		into := &c.gradients
		if key == "hessian" {
			into = &c.hessians
		}
		if name, tail, expected := strings.Cut(rest, " "); expected {
			err = appendNumbers(into, name, "f", tail)
		} else {
			*into = append(*into, numbers{name: name}) // wanted by a call that must be refused
		}
	case "status":
		c.status, err = strconv.Atoi(rest)
	case "index":
		var index int
		index, err = strconv.Atoi(rest)
		c.index = &index
	case "message":
		c.message = rest
	case "end":
		*records = append(*records, *c)
		*current = nil
	default:
		err = fmt.Errorf("unknown field %q", key)
	}
	return err
}

// appendNumbers reads "RANK DIMENSIONS… VALUES…".
func appendNumbers(into *[]numbers, name, kind, text string) error {
	words := strings.Fields(text)
	if len(words) == 0 {
		return errors.New("no rank")
	}
	rank, err := strconv.Atoi(words[0])
	if err != nil || rank < 0 || len(words) < 1+rank {
		return fmt.Errorf("rank %q", words[0])
	}
	tensor := numbers{name: name, kind: kind, shape: make([]int, rank)}
	count := 1
	for i := range tensor.shape {
		if tensor.shape[i], err = strconv.Atoi(words[1+i]); err != nil {
			return err
		}
		count *= tensor.shape[i]
	}
	for _, word := range words[1+rank:] {
		number, err := strconv.ParseFloat(word, 64)
		if err != nil {
			return err
		}
		tensor.values = append(tensor.values, number)
	}
	if len(tensor.values) != count {
		return fmt.Errorf("%s has %d values for shape %v", name, len(tensor.values), tensor.shape)
	}
	*into = append(*into, tensor)
	return nil
}
