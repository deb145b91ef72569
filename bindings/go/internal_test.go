package losskit

import (
	"errors"
	"math"
	"strings"
	"testing"
)

func TestVersionsThatDoNotGoTogether(t *testing.T) {
	for _, c := range []struct {
		header, library version
		compatible      bool
	}{
		{0x000100, 0x000100, true},
		{0x000100, 0x000103, true},
		{0x000103, 0x000100, true},
		{0x000100, 0x000200, false},
		{0x000200, 0x000100, false},
		{0x000100, 0x010000, false},
		{0x010200, 0x010300, true},
		{0x010200, 0x010100, false},
		{0x010200, 0x020200, false},
	} {
		err := checkVersions(c.header, c.library)
		if c.compatible && err != nil {
			t.Errorf("header %v, library %v: %v", c.header, c.library, err)
		}
		if !c.compatible {
			if !errors.Is(err, ErrUnsupported) || !strings.Contains(err.Error(), c.header.String()) ||
				!strings.Contains(err.Error(), c.library.String()) {
				t.Errorf("header %v, library %v: the error is %v", c.header, c.library, err)
			}
		}
	}
	if headerVersion() != libraryVersion() {
		t.Errorf("header %v, library %v", headerVersion(), libraryVersion())
	}
}

// inside is the check as it should be: it visits every element.
func inside(v *view) bool {
	index := make([]int, len(v.shape))
	for {
		at := v.offset
		for axis, i := range index {
			at += i * v.strides[axis]
		}
		if at < 0 || at >= v.length {
			return false
		}
		axis := 0
		for ; axis < len(index); axis++ {
			index[axis]++
			if index[axis] < v.shape[axis] {
				break
			}
			index[axis] = 0
		}
		if axis == len(index) {
			return true
		}
	}
}

func TestReachAgainstEveryElement(t *testing.T) {
	for _, shape := range [][]int{{}, {1}, {3}, {2, 3}, {1, 4}, {3, 1, 2}} {
		for strideSeed := range 7 * 7 * 7 {
			strides := make([]int, len(shape))
			still := true
			for axis, rest := 0, strideSeed; axis < len(strides); axis, rest = axis+1, rest/7 {
				strides[axis] = rest%7 - 3
				still = still && strides[axis] == 0
			}
			for offset := range 9 {
				v := view{length: 8, dtype: dtypeF32, size: 4, shape: shape, strides: strides, offset: offset}
				count, _ := v.count("", "x")
				if still && count > 1 {
					continue // refused for another reason
				}
				err := v.reach("", "x", count)
				if (err == nil) != inside(&v) {
					t.Fatalf("shape %v, strides %v, offset %d: %v", shape, strides, offset, err)
				}
			}
		}
	}
}

func TestSizesThatOverflow(t *testing.T) {
	for _, v := range []view{
		{length: 8, shape: []int{math.MaxInt, 2}},
		{length: 8, shape: []int{math.MaxInt, math.MaxInt, math.MaxInt}},
		{length: 0, shape: []int{1 << 32, 1 << 32}},
		{length: 8, shape: []int{2}, strides: []int{math.MaxInt}},
		{length: 8, shape: []int{2}, strides: []int{math.MinInt}},
		{length: 8, shape: []int{3, 3}, strides: []int{math.MaxInt, math.MaxInt}},
		{length: 8, shape: []int{3, 3}, strides: []int{math.MinInt, math.MaxInt}},
		{length: 8, shape: []int{math.MaxInt}, strides: []int{1}},
		{length: 8, shape: []int{-1}},
		{length: 8, shape: []int{-1, 0}},
		{length: 8, shape: []int{8}, offset: -1},
		{length: 8, shape: []int{8}, offset: math.MaxInt},
		{length: 8, shape: []int{0}, offset: 9},
		{length: 8, shape: []int{4, 2}, strides: []int{0, 0}},
		{length: 8, shape: []int{4}, strides: []int{1, 1}},
		{length: 8, shape: []int{4}, strides: []int{}},
		{length: 1, shape: []int{1, 1, 1, 1, 1, 1, 1, 1, 1}},
	} {
		v.dtype = dtypeF32
		v.size = 4
		var into layout
		if _, err := v.describe("", "x", &into); !errors.Is(err, ErrInvalidShape) {
			t.Errorf("shape %v, strides %v, offset %d: %v", v.shape, v.strides, v.offset, err)
		}
	}
}
