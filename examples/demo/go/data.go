package main

import (
	"encoding/csv"
	"fmt"
	"math"
	"os"
	"strconv"
)

// tumours are rows of measurements and their labels, 1 for malignant and -1 for benign.
type tumours struct {
	columns int
	values  []float32 // [rows, columns]
	labels  []float32
}

func (t *tumours) row(i int) []float32 {
	return t.values[i*t.columns : (i+1)*t.columns]
}

// readTumours reads both splits; every column is shifted and scaled to mean 0 and deviation 1 over the training rows.
func readTumours(path string) (train, test *tumours, err error) {
	rows, err := readCSV(path)
	if err != nil {
		return nil, nil, err
	}
	train, test = &tumours{}, &tumours{}
	for line, row := range rows {
		split := test
		if row[0] == "train" {
			split = train
		}
		numbers := make([]float32, len(row)-1)
		for i, text := range row[1:] {
			number, err := strconv.ParseFloat(text, 32)
			if err != nil {
				return nil, nil, fmt.Errorf("%s, line %d: %w", path, line+2, err)
			}
			numbers[i] = float32(number)
		}
		split.labels = append(split.labels, 2*numbers[0]-1)
		split.values = append(split.values, numbers[1:]...)
		split.columns = len(numbers) - 1
	}
	standardize(train, test)
	return train, test, nil
}

func standardize(train, test *tumours) {
	rows := float64(len(train.labels))
	for j := range train.columns {
		var sum, squares float64
		for i := range train.labels {
			sum += float64(train.row(i)[j])
		}
		mean := sum / rows
		for i := range train.labels {
			distance := float64(train.row(i)[j]) - mean
			squares += distance * distance
		}
		deviation := math.Sqrt(squares / rows)
		for _, split := range []*tumours{train, test} {
			for i := range split.labels {
				split.row(i)[j] = float32((float64(split.row(i)[j]) - mean) / deviation)
			}
		}
	}
}

// readReference returns the accuracy that scikit-learn reached with a loss on the same split.
func readReference(path, loss string) (string, error) {
	rows, err := readCSV(path)
	if err != nil {
		return "", err
	}
	for _, row := range rows {
		if row[0] == "linear SVM" && row[1] == loss && row[2] == "accuracy" {
			score, err := strconv.ParseFloat(row[3], 64)
			return fmt.Sprintf("%.4f", score), err
		}
	}
	return "", fmt.Errorf("%s has no accuracy of a linear SVM with %s", path, loss)
}

// readCSV returns the rows below the header.
func readCSV(path string) ([][]string, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if len(rows) < 2 {
		return nil, fmt.Errorf("%s has no rows", path)
	}
	return rows[1:], nil
}
