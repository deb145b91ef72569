// Code generated from losskit's catalog by its test suite; DO NOT EDIT.

package losskit

// OptionalBool is a Bool; nil means the default.
type OptionalBool interface {
	Value
	optionalBool()
}

func (Bool) optionalBool() {}

// OptionalFloat is a Float; nil means the default.
type OptionalFloat interface {
	Value
	optionalFloat()
}

func (Float) optionalFloat() {}

// OptionalFloatOrFloats is a Float or Floats; nil means the default.
type OptionalFloatOrFloats interface {
	Value
	optionalFloatOrFloats()
}

func (Float) optionalFloatOrFloats()  {}
func (Floats) optionalFloatOrFloats() {}

// OptionalFloatOrFloatsOrNone is a Float or Floats or None; nil means the default.
type OptionalFloatOrFloatsOrNone interface {
	Value
	optionalFloatOrFloatsOrNone()
}

func (Float) optionalFloatOrFloatsOrNone()     {}
func (Floats) optionalFloatOrFloatsOrNone()    {}
func (NoneValue) optionalFloatOrFloatsOrNone() {}

// OptionalFloatOrFloatsOrRef is a Float or Floats or Ref; nil means the default.
type OptionalFloatOrFloatsOrRef interface {
	Value
	optionalFloatOrFloatsOrRef()
}

func (Float) optionalFloatOrFloatsOrRef()  {}
func (Floats) optionalFloatOrFloatsOrRef() {}
func (Ref) optionalFloatOrFloatsOrRef()    {}

// OptionalFloatOrNone is a Float or None; nil means the default.
type OptionalFloatOrNone interface {
	Value
	optionalFloatOrNone()
}

func (Float) optionalFloatOrNone()     {}
func (NoneValue) optionalFloatOrNone() {}

// OptionalFloatOrRefOrNone is a Float or Ref or None; nil means the default.
type OptionalFloatOrRefOrNone interface {
	Value
	optionalFloatOrRefOrNone()
}

func (Float) optionalFloatOrRefOrNone()     {}
func (Ref) optionalFloatOrRefOrNone()       {}
func (NoneValue) optionalFloatOrRefOrNone() {}

// OptionalFloatsOrRefOrNone is a Floats or Ref or None; nil means the default.
type OptionalFloatsOrRefOrNone interface {
	Value
	optionalFloatsOrRefOrNone()
}

func (Floats) optionalFloatsOrRefOrNone()    {}
func (Ref) optionalFloatsOrRefOrNone()       {}
func (NoneValue) optionalFloatsOrRefOrNone() {}

// OptionalInt is an Int; nil means the default.
type OptionalInt interface {
	Value
	optionalInt()
}

func (Int) optionalInt() {}

// OptionalIntOrIntsOrNone is an Int or Ints or None; nil means the default.
type OptionalIntOrIntsOrNone interface {
	Value
	optionalIntOrIntsOrNone()
}

func (Int) optionalIntOrIntsOrNone()       {}
func (Ints) optionalIntOrIntsOrNone()      {}
func (NoneValue) optionalIntOrIntsOrNone() {}

// OptionalIntOrNone is an Int or None; nil means the default.
type OptionalIntOrNone interface {
	Value
	optionalIntOrNone()
}

func (Int) optionalIntOrNone()       {}
func (NoneValue) optionalIntOrNone() {}

// OptionalIntsOrNone is an Ints or None; nil means the default.
type OptionalIntsOrNone interface {
	Value
	optionalIntsOrNone()
}

func (Ints) optionalIntsOrNone()      {}
func (NoneValue) optionalIntsOrNone() {}

// OptionalRef is a Ref; nil means the default.
type OptionalRef interface {
	Value
	optionalRef()
}

func (Ref) optionalRef() {}

// OptionalRefOrNone is a Ref or None; nil means the default.
type OptionalRefOrNone interface {
	Value
	optionalRefOrNone()
}

func (Ref) optionalRefOrNone()       {}
func (NoneValue) optionalRefOrNone() {}

// The words of the parameter activation; not every loss accepts each.
const (
	ActivationNone    Word = "none"
	ActivationSigmoid Word = "sigmoid"
	ActivationSoftmax Word = "softmax"
)

// The words of the parameter empty; not every loss accepts each.
const (
	EmptyError Word = "error"
	EmptyNan   Word = "nan"
	EmptyZero  Word = "zero"
)

// The words of the parameter from; not every loss accepts each.
const (
	FromLogProbs Word = "log_probs"
	FromLogits   Word = "logits"
	FromProbs    Word = "probs"
)

// The words of the parameter hessian; not every loss accepts each.
const (
	HessianBound Word = "bound"
	HessianExact Word = "exact"
)

// The words of the parameter labels; not every loss accepts each.
const (
	LabelsBinary Word = "binary"
	LabelsSigned Word = "signed"
)

// The words of the parameter reduction; not every loss accepts each.
const (
	ReductionMean                 Word = "mean"
	ReductionMeanWithSampleWeight Word = "mean_with_sample_weight"
	ReductionNone                 Word = "none"
	ReductionSum                  Word = "sum"
	ReductionSumOverBatchSize     Word = "sum_over_batch_size"
	ReductionWeightedMean         Word = "weighted_mean"
)

// MSE makes the loss mse. Squared error: the negative log-likelihood of Gaussian noise, up to a factor.
//
//	(x - y)^2
//
// Without the factor 1/2 that some libraries put in front: the gradient is 2(x - y).
//
// Suits: regression. Reference: Gauss, Theoria motus corporum coelestium (1809); PyTorch MSELoss.
type MSE struct {
	// The operand that is differentiated. Default @input.
	Input OptionalRef

	// The operand that the input is compared with. Default @target.
	Target OptionalRef

	// A factor for each loss element, where the call has it. Default @sample_weight.
	SampleWeight OptionalRefOrNone

	// Zero where a loss element is left out, where the call has it. Default @mask.
	Mask OptionalRefOrNone

	// How loss elements become the value: mean divides by how many count, weighted_mean by the sum of their weights.
	// Default mean, words mean, sum, none, weighted_mean.
	Reduction Word

	// Replaces the divisor of a mean, so that parts of a batch add up. Default none, range (0, inf).
	Denominator OptionalFloatOrRefOrNone

	// What a mean over nothing is. Default zero, words zero, nan, error.
	Empty Word

	// Which second derivative: the exact one. Default exact, words exact.
	Hessian Word

	// A factor of each unreduced second derivative. Default 1, range (0, inf).
	HessianScale OptionalFloat

	// A floor of each scaled second derivative. Default none, range [0, inf).
	HessianMin OptionalFloatOrNone
}

// Spec returns the text of the loss, as Parse reads it.
func (o MSE) Spec() string {
	w := specWriter{name: "mse"}
	w.value("input", o.Input)
	w.value("target", o.Target)
	w.value("sample_weight", o.SampleWeight)
	w.value("mask", o.Mask)
	w.word("reduction", o.Reduction)
	w.value("denominator", o.Denominator)
	w.word("empty", o.Empty)
	w.word("hessian", o.Hessian)
	w.value("hessian_scale", o.HessianScale)
	w.value("hessian_min", o.HessianMin)
	return w.text()
}

func (o MSE) terms() []term { return []term{{1, o.Spec()}} }

// MAE makes the loss mae. Absolute error: fits the median, so a few outliers do not move it.
//
//	|x - y|
//
// The subgradient at x = y is 0. The second derivative is 0; boosting that wants 1 asks for hessian_min=1.
//
// Suits: regression. Reference: Laplace (1774); PyTorch L1Loss.
type MAE struct {
	// The operand that is differentiated. Default @input.
	Input OptionalRef

	// The operand that the input is compared with. Default @target.
	Target OptionalRef

	// A factor for each loss element, where the call has it. Default @sample_weight.
	SampleWeight OptionalRefOrNone

	// Zero where a loss element is left out, where the call has it. Default @mask.
	Mask OptionalRefOrNone

	// How loss elements become the value: mean divides by how many count, weighted_mean by the sum of their weights.
	// Default mean, words mean, sum, none, weighted_mean.
	Reduction Word

	// Replaces the divisor of a mean, so that parts of a batch add up. Default none, range (0, inf).
	Denominator OptionalFloatOrRefOrNone

	// What a mean over nothing is. Default zero, words zero, nan, error.
	Empty Word

	// Which second derivative: the exact one. Default exact, words exact.
	Hessian Word

	// A factor of each unreduced second derivative. Default 1, range (0, inf).
	HessianScale OptionalFloat

	// A floor of each scaled second derivative. Default none, range [0, inf).
	HessianMin OptionalFloatOrNone
}

// Spec returns the text of the loss, as Parse reads it.
func (o MAE) Spec() string {
	w := specWriter{name: "mae"}
	w.value("input", o.Input)
	w.value("target", o.Target)
	w.value("sample_weight", o.SampleWeight)
	w.value("mask", o.Mask)
	w.word("reduction", o.Reduction)
	w.value("denominator", o.Denominator)
	w.word("empty", o.Empty)
	w.word("hessian", o.Hessian)
	w.value("hessian_scale", o.HessianScale)
	w.value("hessian_min", o.HessianMin)
	return w.text()
}

func (o MAE) terms() []term { return []term{{1, o.Spec()}} }

// Huber makes the loss huber. Squared error near the target, absolute error far from it.
//
//	r^2/2 if |r| <= delta, else delta*(|r| - delta/2), r = x - y
//
// With the factor 1/2, so its gradient inside is x - y. At |r| = delta both branches agree in value and gradient;
// the second derivative there is 1, and 0 beyond.
//
// Suits: regression. Reference: Huber, Robust estimation of a location parameter (1964); PyTorch HuberLoss.
type Huber struct {
	// Where the square turns into a line. Default 1, range (0, inf).
	Delta OptionalFloat

	// The operand that is differentiated. Default @input.
	Input OptionalRef

	// The operand that the input is compared with. Default @target.
	Target OptionalRef

	// A factor for each loss element, where the call has it. Default @sample_weight.
	SampleWeight OptionalRefOrNone

	// Zero where a loss element is left out, where the call has it. Default @mask.
	Mask OptionalRefOrNone

	// How loss elements become the value: mean divides by how many count, weighted_mean by the sum of their weights.
	// Default mean, words mean, sum, none, weighted_mean.
	Reduction Word

	// Replaces the divisor of a mean, so that parts of a batch add up. Default none, range (0, inf).
	Denominator OptionalFloatOrRefOrNone

	// What a mean over nothing is. Default zero, words zero, nan, error.
	Empty Word

	// Which second derivative: the exact one. Default exact, words exact.
	Hessian Word

	// A factor of each unreduced second derivative. Default 1, range (0, inf).
	HessianScale OptionalFloat

	// A floor of each scaled second derivative. Default none, range [0, inf).
	HessianMin OptionalFloatOrNone
}

// Spec returns the text of the loss, as Parse reads it.
func (o Huber) Spec() string {
	w := specWriter{name: "huber"}
	w.value("delta", o.Delta)
	w.value("input", o.Input)
	w.value("target", o.Target)
	w.value("sample_weight", o.SampleWeight)
	w.value("mask", o.Mask)
	w.word("reduction", o.Reduction)
	w.value("denominator", o.Denominator)
	w.word("empty", o.Empty)
	w.word("hessian", o.Hessian)
	w.value("hessian_scale", o.HessianScale)
	w.value("hessian_min", o.HessianMin)
	return w.text()
}

func (o Huber) terms() []term { return []term{{1, o.Spec()}} }

// CrossEntropy makes the loss cross_entropy. Cross-entropy of a softmax: the negative log-probability of the true
// class.
//
//	-sum_c class_weight_c * t_c * log softmax(x)_c
//
// Targets are labels of the input's shape without axis, or dense (one-hot or soft) of the input's shape.
// label_smoothing s makes t into (1-s)t + s/C. A mean divides by the number of rows that count; PyTorch's mean with
// class weights is weighted_mean. With from=probs a probability of 0 under a target costs infinity; nothing is
// clipped or renormalised, and labels read the labelled class alone. On a tensor of rank 1 the class axis is 0.
//
// Suits: multiclass, segmentation. Reference: Good, Rational decisions (1952); PyTorch CrossEntropyLoss.
type CrossEntropy struct {
	// What the input is. Default logits, words logits, probs, log_probs.
	From Word

	// The dimension of the classes, counted from the end if negative. Default 1.
	Axis OptionalInt

	// A factor for each class; it enters the divisor of weighted_mean. Default none, range [0, inf).
	ClassWeight OptionalFloatsOrRefOrNone

	// The share of each target that is spread evenly over the classes. Default 0, range [0, 1].
	LabelSmoothing OptionalFloat

	// The label of elements that are left out. Default none.
	IgnoreIndex OptionalIntOrNone

	// The operand that is differentiated. Default @input.
	Input OptionalRef

	// The operand that the input is compared with. Default @target.
	Target OptionalRef

	// A factor for each loss element, where the call has it. Default @sample_weight.
	SampleWeight OptionalRefOrNone

	// Zero where a loss element is left out, where the call has it. Default @mask.
	Mask OptionalRefOrNone

	// How loss elements become the value: mean divides by how many count, weighted_mean by the sum of their weights.
	// Default mean, words mean, sum, none, weighted_mean.
	Reduction Word

	// Replaces the divisor of a mean, so that parts of a batch add up. Default none, range (0, inf).
	Denominator OptionalFloatOrRefOrNone

	// What a mean over nothing is. Default zero, words zero, nan, error.
	Empty Word

	// The diagonal of the exact Hessian, p(1-p), or its row sums' bound, 2p(1-p), which boosting divides by. Default
	// exact, words exact, bound.
	Hessian Word

	// A factor of each unreduced second derivative. Default 1, range (0, inf).
	HessianScale OptionalFloat

	// A floor of each scaled second derivative. Default none, range [0, inf).
	HessianMin OptionalFloatOrNone
}

// Spec returns the text of the loss, as Parse reads it.
func (o CrossEntropy) Spec() string {
	w := specWriter{name: "cross_entropy"}
	w.word("from", o.From)
	w.value("axis", o.Axis)
	w.value("class_weight", o.ClassWeight)
	w.value("label_smoothing", o.LabelSmoothing)
	w.value("ignore_index", o.IgnoreIndex)
	w.value("input", o.Input)
	w.value("target", o.Target)
	w.value("sample_weight", o.SampleWeight)
	w.value("mask", o.Mask)
	w.word("reduction", o.Reduction)
	w.value("denominator", o.Denominator)
	w.word("empty", o.Empty)
	w.word("hessian", o.Hessian)
	w.value("hessian_scale", o.HessianScale)
	w.value("hessian_min", o.HessianMin)
	return w.text()
}

func (o CrossEntropy) terms() []term { return []term{{1, o.Spec()}} }

// LinearCrossEntropy makes the loss linear_cross_entropy. Cross-entropy of the softmax of a linear layer, from the
// layer's input and weight, without its logits.
//
//	cross_entropy(input * weight^T + bias) + z_loss * log(sum_c exp(logit_c))^2
//
// input is [..., D], weight [classes, D], bias [classes], and targets are labels of the input's shape without its
// last dimension; dense targets are refused. Gradients are those of input, weight and bias, and each is written if
// its buffer is given. Extra memory is bounded whatever the number of rows and classes: a matrix of logits never
// exists, nor does one of their gradient. label_smoothing s makes t into (1-s)t + s/C; class_weight multiplies the
// cross-entropy but not z_loss, while sample_weight multiplies both. softcap c turns each logit x into c*tanh(x/c)
// first. Everything is computed in the input's type, in f32 for half precision, whatever the types of weight and
// bias. Gradients of weight are added up in that type and rounded once. Products of matrices are sums of fused
// multiply-adds in the order of the inner dimension: the same bits at any number of threads, and on every machine
// that has the instruction.
//
// Suits: multiclass. Reference: Wijmans et al., Cut your losses in large-vocabulary language models (2024); PyTorch
// linear_cross_entropy; z-loss of PaLM (2022); logit soft-capping of Gemma 2 (2024).
type LinearCrossEntropy struct {
	// A factor for each class; it enters the divisor of weighted_mean. Default none, range [0, inf).
	ClassWeight OptionalFloatsOrRefOrNone

	// The share of each target that is spread evenly over the classes. Default 0, range [0, 1].
	LabelSmoothing OptionalFloat

	// The bound c of the logits, each of which becomes c*tanh(x/c) before the softmax. Default none, range (0, inf).
	Softcap OptionalFloatOrNone

	// A factor of the squared logarithm of the sum of exponentials. Default 0, range [0, inf).
	ZLoss OptionalFloat

	// The label of elements that are left out. Default none.
	IgnoreIndex OptionalIntOrNone

	// The operand that is differentiated. Default @input.
	Input OptionalRef

	// The matrix of the layer, one row for each class; it is differentiated too. Default @weight.
	Weight OptionalRef

	// What the layer adds to the logits, where the call has it; it is differentiated too. Default @bias.
	Bias OptionalRefOrNone

	// The operand that the input is compared with. Default @target.
	Target OptionalRef

	// A factor for each loss element, where the call has it. Default @sample_weight.
	SampleWeight OptionalRefOrNone

	// Zero where a loss element is left out, where the call has it. Default @mask.
	Mask OptionalRefOrNone

	// How loss elements become the value: mean divides by how many count, weighted_mean by the sum of their weights.
	// Default mean, words mean, sum, none, weighted_mean.
	Reduction Word

	// Replaces the divisor of a mean, so that parts of a batch add up. Default none, range (0, inf).
	Denominator OptionalFloatOrRefOrNone

	// What a mean over nothing is. Default zero, words zero, nan, error.
	Empty Word
}

// Spec returns the text of the loss, as Parse reads it.
func (o LinearCrossEntropy) Spec() string {
	w := specWriter{name: "linear_cross_entropy"}
	w.value("class_weight", o.ClassWeight)
	w.value("label_smoothing", o.LabelSmoothing)
	w.value("softcap", o.Softcap)
	w.value("z_loss", o.ZLoss)
	w.value("ignore_index", o.IgnoreIndex)
	w.value("input", o.Input)
	w.value("weight", o.Weight)
	w.value("bias", o.Bias)
	w.value("target", o.Target)
	w.value("sample_weight", o.SampleWeight)
	w.value("mask", o.Mask)
	w.word("reduction", o.Reduction)
	w.value("denominator", o.Denominator)
	w.word("empty", o.Empty)
	return w.text()
}

func (o LinearCrossEntropy) terms() []term { return []term{{1, o.Spec()}} }

// BCE makes the loss bce. Binary cross-entropy: the negative log-probability of a yes or no, for each element on
// its own.
//
//	-(pos_weight * t * log p + (1 - t) * log(1 - p)), p = sigmoid(x)
//
// Targets are 0 or 1 as integers, or probabilities as floating-point numbers. label_smoothing s makes t into t(1-s)
// + s/2. pos_weight does not enter the divisor. With from=probs logarithms are held at -100 and the gradient's
// divisor p(1-p) at 1e-12, as in PyTorch.
//
// Suits: binary, multilabel, segmentation. Reference: Cox, The regression analysis of binary sequences (1958);
// PyTorch BCEWithLogitsLoss and BCELoss.
type BCE struct {
	// What the input is. Default logits, words logits, probs.
	From Word

	// A factor of the positive part: one number, or one along axis. Default 1, range [0, inf).
	PosWeight OptionalFloatOrFloatsOrRef

	// The dimension that a list or operand of pos_weight goes along. Default -1.
	Axis OptionalInt

	// The share of each target that is split between yes and no. Default 0, range [0, 1].
	LabelSmoothing OptionalFloat

	// The label of elements that are left out. Default none.
	IgnoreIndex OptionalIntOrNone

	// The operand that is differentiated. Default @input.
	Input OptionalRef

	// The operand that the input is compared with. Default @target.
	Target OptionalRef

	// A factor for each loss element, where the call has it. Default @sample_weight.
	SampleWeight OptionalRefOrNone

	// Zero where a loss element is left out, where the call has it. Default @mask.
	Mask OptionalRefOrNone

	// How loss elements become the value: mean divides by how many count, weighted_mean by the sum of their weights.
	// Default mean, words mean, sum, none, weighted_mean.
	Reduction Word

	// Replaces the divisor of a mean, so that parts of a batch add up. Default none, range (0, inf).
	Denominator OptionalFloatOrRefOrNone

	// What a mean over nothing is. Default zero, words zero, nan, error.
	Empty Word

	// Which second derivative: the exact one. Default exact, words exact.
	Hessian Word

	// A factor of each unreduced second derivative. Default 1, range (0, inf).
	HessianScale OptionalFloat

	// A floor of each scaled second derivative. Default none, range [0, inf).
	HessianMin OptionalFloatOrNone
}

// Spec returns the text of the loss, as Parse reads it.
func (o BCE) Spec() string {
	w := specWriter{name: "bce"}
	w.word("from", o.From)
	w.value("pos_weight", o.PosWeight)
	w.value("axis", o.Axis)
	w.value("label_smoothing", o.LabelSmoothing)
	w.value("ignore_index", o.IgnoreIndex)
	w.value("input", o.Input)
	w.value("target", o.Target)
	w.value("sample_weight", o.SampleWeight)
	w.value("mask", o.Mask)
	w.word("reduction", o.Reduction)
	w.value("denominator", o.Denominator)
	w.word("empty", o.Empty)
	w.word("hessian", o.Hessian)
	w.value("hessian_scale", o.HessianScale)
	w.value("hessian_min", o.HessianMin)
	return w.text()
}

func (o BCE) terms() []term { return []term{{1, o.Spec()}} }

// Focal makes the loss focal. Binary cross-entropy in which elements that are predicted well count less.
//
//	alpha_t * (1 - p_t)^gamma * bce(x, t), p_t = p*t + (1-p)*(1-t), alpha_t = alpha*t + (1-alpha)*(1-t)
//
// Without alpha, alpha_t is 1. gamma=0 is bce. Derivatives are finite everywhere, for gamma below 1 too. The exact
// second derivative may be negative.
//
// Suits: binary, multilabel, segmentation. Reference: Lin et al., Focal loss for dense object detection (2017);
// torchvision sigmoid_focal_loss.
type Focal struct {
	// What the input is. Default logits, words logits.
	From Word

	// How strongly what is predicted well is played down. Default 2, range [0, inf).
	Gamma OptionalFloat

	// The weight of positives; negatives have 1-alpha. Default none, range [0, 1].
	Alpha OptionalFloatOrNone

	// The label of elements that are left out. Default none.
	IgnoreIndex OptionalIntOrNone

	// The operand that is differentiated. Default @input.
	Input OptionalRef

	// The operand that the input is compared with. Default @target.
	Target OptionalRef

	// A factor for each loss element, where the call has it. Default @sample_weight.
	SampleWeight OptionalRefOrNone

	// Zero where a loss element is left out, where the call has it. Default @mask.
	Mask OptionalRefOrNone

	// How loss elements become the value: mean divides by how many count, weighted_mean by the sum of their weights.
	// Default mean, words mean, sum, none, weighted_mean.
	Reduction Word

	// Replaces the divisor of a mean, so that parts of a batch add up. Default none, range (0, inf).
	Denominator OptionalFloatOrRefOrNone

	// What a mean over nothing is. Default zero, words zero, nan, error.
	Empty Word

	// Which second derivative: the exact one. Default exact, words exact.
	Hessian Word

	// A factor of each unreduced second derivative. Default 1, range (0, inf).
	HessianScale OptionalFloat

	// A floor of each scaled second derivative. Default none, range [0, inf).
	HessianMin OptionalFloatOrNone
}

// Spec returns the text of the loss, as Parse reads it.
func (o Focal) Spec() string {
	w := specWriter{name: "focal"}
	w.word("from", o.From)
	w.value("gamma", o.Gamma)
	w.value("alpha", o.Alpha)
	w.value("ignore_index", o.IgnoreIndex)
	w.value("input", o.Input)
	w.value("target", o.Target)
	w.value("sample_weight", o.SampleWeight)
	w.value("mask", o.Mask)
	w.word("reduction", o.Reduction)
	w.value("denominator", o.Denominator)
	w.word("empty", o.Empty)
	w.word("hessian", o.Hessian)
	w.value("hessian_scale", o.HessianScale)
	w.value("hessian_min", o.HessianMin)
	return w.text()
}

func (o Focal) terms() []term { return []term{{1, o.Spec()}} }

// CategoricalFocal makes the loss categorical_focal. Cross-entropy of a softmax in which classes that are predicted
// well count less.
//
//	sum_c alpha_c * (1 - p_c)^gamma * (-t_c * log p_c), p = softmax(x)
//
// A single alpha multiplies every class, as in Keras; a list has one number for each class. alpha does not enter
// the divisor. gamma=0 is cross_entropy. The exact second derivative may be negative.
//
// Suits: multiclass, segmentation. Reference: Lin et al., Focal loss for dense object detection (2017); Keras
// CategoricalFocalCrossentropy.
type CategoricalFocal struct {
	// What the input is. Default logits, words logits.
	From Word

	// The dimension of the classes, counted from the end if negative. Default 1.
	Axis OptionalInt

	// How strongly what is predicted well is played down. Default 2, range [0, inf).
	Gamma OptionalFloat

	// A factor for all classes, or one for each. Default none, range [0, inf).
	Alpha OptionalFloatOrFloatsOrNone

	// The label of elements that are left out. Default none.
	IgnoreIndex OptionalIntOrNone

	// The operand that is differentiated. Default @input.
	Input OptionalRef

	// The operand that the input is compared with. Default @target.
	Target OptionalRef

	// A factor for each loss element, where the call has it. Default @sample_weight.
	SampleWeight OptionalRefOrNone

	// Zero where a loss element is left out, where the call has it. Default @mask.
	Mask OptionalRefOrNone

	// How loss elements become the value: mean divides by how many count, weighted_mean by the sum of their weights.
	// Default mean, words mean, sum, none, weighted_mean.
	Reduction Word

	// Replaces the divisor of a mean, so that parts of a batch add up. Default none, range (0, inf).
	Denominator OptionalFloatOrRefOrNone

	// What a mean over nothing is. Default zero, words zero, nan, error.
	Empty Word

	// Which second derivative: the exact one. Default exact, words exact.
	Hessian Word

	// A factor of each unreduced second derivative. Default 1, range (0, inf).
	HessianScale OptionalFloat

	// A floor of each scaled second derivative. Default none, range [0, inf).
	HessianMin OptionalFloatOrNone
}

// Spec returns the text of the loss, as Parse reads it.
func (o CategoricalFocal) Spec() string {
	w := specWriter{name: "categorical_focal"}
	w.word("from", o.From)
	w.value("axis", o.Axis)
	w.value("gamma", o.Gamma)
	w.value("alpha", o.Alpha)
	w.value("ignore_index", o.IgnoreIndex)
	w.value("input", o.Input)
	w.value("target", o.Target)
	w.value("sample_weight", o.SampleWeight)
	w.value("mask", o.Mask)
	w.word("reduction", o.Reduction)
	w.value("denominator", o.Denominator)
	w.word("empty", o.Empty)
	w.word("hessian", o.Hessian)
	w.value("hessian_scale", o.HessianScale)
	w.value("hessian_min", o.HessianMin)
	return w.text()
}

func (o CategoricalFocal) terms() []term { return []term{{1, o.Spec()}} }

// Hinge makes the loss hinge. Zero once the score is on the right side by the margin: the loss of linear support
// vector machines.
//
//	max(0, margin - y*x)
//
// labels=signed takes -1 and 1, labels=binary takes 0 and 1; any other label is an error. The subgradient at the
// edge of the margin is 0.
//
// Suits: max-margin, binary. Reference: Cortes and Vapnik, Support-vector networks (1995).
type Hinge struct {
	// How far on the right side a score must be to cost nothing. Default 1, range [0, inf).
	Margin OptionalFloat

	// Whether labels are -1 and 1, or 0 and 1. Default signed, words signed, binary.
	Labels Word

	// The label of elements that are left out. Default none.
	IgnoreIndex OptionalIntOrNone

	// The operand that is differentiated. Default @input.
	Input OptionalRef

	// The operand that the input is compared with. Default @target.
	Target OptionalRef

	// A factor for each loss element, where the call has it. Default @sample_weight.
	SampleWeight OptionalRefOrNone

	// Zero where a loss element is left out, where the call has it. Default @mask.
	Mask OptionalRefOrNone

	// How loss elements become the value: mean divides by how many count, weighted_mean by the sum of their weights.
	// Default mean, words mean, sum, none, weighted_mean.
	Reduction Word

	// Replaces the divisor of a mean, so that parts of a batch add up. Default none, range (0, inf).
	Denominator OptionalFloatOrRefOrNone

	// What a mean over nothing is. Default zero, words zero, nan, error.
	Empty Word

	// Which second derivative: the exact one. Default exact, words exact.
	Hessian Word

	// A factor of each unreduced second derivative. Default 1, range (0, inf).
	HessianScale OptionalFloat

	// A floor of each scaled second derivative. Default none, range [0, inf).
	HessianMin OptionalFloatOrNone
}

// Spec returns the text of the loss, as Parse reads it.
func (o Hinge) Spec() string {
	w := specWriter{name: "hinge"}
	w.value("margin", o.Margin)
	w.word("labels", o.Labels)
	w.value("ignore_index", o.IgnoreIndex)
	w.value("input", o.Input)
	w.value("target", o.Target)
	w.value("sample_weight", o.SampleWeight)
	w.value("mask", o.Mask)
	w.word("reduction", o.Reduction)
	w.value("denominator", o.Denominator)
	w.word("empty", o.Empty)
	w.word("hessian", o.Hessian)
	w.value("hessian_scale", o.HessianScale)
	w.value("hessian_min", o.HessianMin)
	return w.text()
}

func (o Hinge) terms() []term { return []term{{1, o.Spec()}} }

// SquaredHinge makes the loss squared_hinge. The square of hinge: smooth at the edge of the margin, harsher deep
// inside it.
//
//	max(0, margin - y*x)^2
//
// Labels as for hinge. The second derivative is 2 inside the margin, 0 at its edge and beyond.
//
// Suits: max-margin, binary. Reference: Chang, Hsieh and Lin, Coordinate descent method for large-scale L2-loss
// linear SVM (2008).
type SquaredHinge struct {
	// How far on the right side a score must be to cost nothing. Default 1, range [0, inf).
	Margin OptionalFloat

	// Whether labels are -1 and 1, or 0 and 1. Default signed, words signed, binary.
	Labels Word

	// The label of elements that are left out. Default none.
	IgnoreIndex OptionalIntOrNone

	// The operand that is differentiated. Default @input.
	Input OptionalRef

	// The operand that the input is compared with. Default @target.
	Target OptionalRef

	// A factor for each loss element, where the call has it. Default @sample_weight.
	SampleWeight OptionalRefOrNone

	// Zero where a loss element is left out, where the call has it. Default @mask.
	Mask OptionalRefOrNone

	// How loss elements become the value: mean divides by how many count, weighted_mean by the sum of their weights.
	// Default mean, words mean, sum, none, weighted_mean.
	Reduction Word

	// Replaces the divisor of a mean, so that parts of a batch add up. Default none, range (0, inf).
	Denominator OptionalFloatOrRefOrNone

	// What a mean over nothing is. Default zero, words zero, nan, error.
	Empty Word

	// Which second derivative: the exact one. Default exact, words exact.
	Hessian Word

	// A factor of each unreduced second derivative. Default 1, range (0, inf).
	HessianScale OptionalFloat

	// A floor of each scaled second derivative. Default none, range [0, inf).
	HessianMin OptionalFloatOrNone
}

// Spec returns the text of the loss, as Parse reads it.
func (o SquaredHinge) Spec() string {
	w := specWriter{name: "squared_hinge"}
	w.value("margin", o.Margin)
	w.word("labels", o.Labels)
	w.value("ignore_index", o.IgnoreIndex)
	w.value("input", o.Input)
	w.value("target", o.Target)
	w.value("sample_weight", o.SampleWeight)
	w.value("mask", o.Mask)
	w.word("reduction", o.Reduction)
	w.value("denominator", o.Denominator)
	w.word("empty", o.Empty)
	w.word("hessian", o.Hessian)
	w.value("hessian_scale", o.HessianScale)
	w.value("hessian_min", o.HessianMin)
	return w.text()
}

func (o SquaredHinge) terms() []term { return []term{{1, o.Spec()}} }

// MulticlassHinge makes the loss multiclass_hinge. The worst wrong class against the true one, each wrong class
// with a margin on top.
//
//	max_c(x_c + margin*[c != y]) - x_y
//
// With dense targets t: max_c(x_c + margin*(1 - t_c)) - sum_c t_c*x_c. Among equal maxima the first class takes the
// subgradient, so it is 0 where the true class leads by the margin unless an earlier class ties.
//
// Suits: max-margin, multiclass. Reference: Crammer and Singer, On the algorithmic implementation of multiclass
// kernel-based vector machines (2001); Optax multiclass_hinge_loss.
type MulticlassHinge struct {
	// The dimension of the classes, counted from the end if negative. Default 1.
	Axis OptionalInt

	// How far on the right side a score must be to cost nothing. Default 1, range [0, inf).
	Margin OptionalFloat

	// A factor for each class; it enters the divisor of weighted_mean. Default none, range [0, inf).
	ClassWeight OptionalFloatsOrRefOrNone

	// The label of elements that are left out. Default none.
	IgnoreIndex OptionalIntOrNone

	// The operand that is differentiated. Default @input.
	Input OptionalRef

	// The operand that the input is compared with. Default @target.
	Target OptionalRef

	// A factor for each loss element, where the call has it. Default @sample_weight.
	SampleWeight OptionalRefOrNone

	// Zero where a loss element is left out, where the call has it. Default @mask.
	Mask OptionalRefOrNone

	// How loss elements become the value: mean divides by how many count, weighted_mean by the sum of their weights.
	// Default mean, words mean, sum, none, weighted_mean.
	Reduction Word

	// Replaces the divisor of a mean, so that parts of a batch add up. Default none, range (0, inf).
	Denominator OptionalFloatOrRefOrNone

	// What a mean over nothing is. Default zero, words zero, nan, error.
	Empty Word
}

// Spec returns the text of the loss, as Parse reads it.
func (o MulticlassHinge) Spec() string {
	w := specWriter{name: "multiclass_hinge"}
	w.value("axis", o.Axis)
	w.value("margin", o.Margin)
	w.value("class_weight", o.ClassWeight)
	w.value("ignore_index", o.IgnoreIndex)
	w.value("input", o.Input)
	w.value("target", o.Target)
	w.value("sample_weight", o.SampleWeight)
	w.value("mask", o.Mask)
	w.word("reduction", o.Reduction)
	w.value("denominator", o.Denominator)
	w.word("empty", o.Empty)
	return w.text()
}

func (o MulticlassHinge) terms() []term { return []term{{1, o.Spec()}} }

// CategoricalHinge makes the loss categorical_hinge. The worst wrong class against the true one, as Keras defines
// it.
//
//	max(0, 1 + max_c((1 - t_c)*x_c) - sum_c t_c*x_c)
//
// The inner maximum includes the true class with the score 0, so it never falls below 0 for labels: where all wrong
// scores are negative the margin is measured from 0. multiclass_hinge does without. The subgradient at the floor is
// 0; among equal maxima the first class takes it.
//
// Suits: max-margin, multiclass. Reference: Keras CategoricalHinge.
type CategoricalHinge struct {
	// The dimension of the classes, counted from the end if negative. Default 1.
	Axis OptionalInt

	// A factor for each class; it enters the divisor of weighted_mean. Default none, range [0, inf).
	ClassWeight OptionalFloatsOrRefOrNone

	// The label of elements that are left out. Default none.
	IgnoreIndex OptionalIntOrNone

	// The operand that is differentiated. Default @input.
	Input OptionalRef

	// The operand that the input is compared with. Default @target.
	Target OptionalRef

	// A factor for each loss element, where the call has it. Default @sample_weight.
	SampleWeight OptionalRefOrNone

	// Zero where a loss element is left out, where the call has it. Default @mask.
	Mask OptionalRefOrNone

	// How loss elements become the value: mean divides by how many count, weighted_mean by the sum of their weights.
	// Default mean, words mean, sum, none, weighted_mean.
	Reduction Word

	// Replaces the divisor of a mean, so that parts of a batch add up. Default none, range (0, inf).
	Denominator OptionalFloatOrRefOrNone

	// What a mean over nothing is. Default zero, words zero, nan, error.
	Empty Word
}

// Spec returns the text of the loss, as Parse reads it.
func (o CategoricalHinge) Spec() string {
	w := specWriter{name: "categorical_hinge"}
	w.value("axis", o.Axis)
	w.value("class_weight", o.ClassWeight)
	w.value("ignore_index", o.IgnoreIndex)
	w.value("input", o.Input)
	w.value("target", o.Target)
	w.value("sample_weight", o.SampleWeight)
	w.value("mask", o.Mask)
	w.word("reduction", o.Reduction)
	w.value("denominator", o.Denominator)
	w.word("empty", o.Empty)
	return w.text()
}

func (o CategoricalHinge) terms() []term { return []term{{1, o.Spec()}} }

// Dice makes the loss dice. One minus the Dice coefficient (F1) of the predicted region and the true one.
//
//	1 - (2*I + smooth_nr)/(P + T + smooth_dr), I = sum p*t, P = sum p, T = sum t
//
// A region is one class of one sample. With smooth=0 an empty region that is predicted empty, 0/0, costs 0. Masked
// and ignored pixels leave every sum, after the activation. The divisor of a mean is the number of regions that
// have a pixel left.
//
// Suits: segmentation. Reference: Milletari, Navab and Ahmadi, V-Net (2016); MONAI DiceLoss.
type Dice struct {
	// What turns the input into probabilities. Default none, words none, sigmoid, softmax.
	Activation Word

	// The dimensions that are summed over; none means all but 0 and 1. Default none.
	Axis OptionalIntsOrNone

	// The dimension of the classes, counted from the end if negative. Default 1.
	ClassAxis OptionalInt

	// Whether class 0 has regions. Default true.
	IncludeBackground OptionalBool

	// Whether sizes are sums of squares. Default false.
	Squared OptionalBool

	// What is added to the numerator. Default 1e-5, range [0, inf).
	SmoothNr OptionalFloat

	// What is added to the denominator. Default 1e-5, range [0, inf).
	SmoothDr OptionalFloat

	// Sets both smooth_nr and smooth_dr. Default none, range [0, inf).
	Smooth OptionalFloatOrNone

	// Whether dimension 0 is summed over as well. Default false.
	Batch OptionalBool

	// A factor for each class; it enters the divisor of weighted_mean. Default none, range [0, inf).
	ClassWeight OptionalFloatsOrRefOrNone

	// The label of elements that are left out. Default none.
	IgnoreIndex OptionalIntOrNone

	// The operand that is differentiated. Default @input.
	Input OptionalRef

	// The operand that the input is compared with. Default @target.
	Target OptionalRef

	// A factor for each loss element, where the call has it. Default @sample_weight.
	SampleWeight OptionalRefOrNone

	// Zero where a loss element is left out, where the call has it. Default @mask.
	Mask OptionalRefOrNone

	// How loss elements become the value: mean divides by how many count, weighted_mean by the sum of their weights.
	// Default mean, words mean, sum, none, weighted_mean.
	Reduction Word

	// Replaces the divisor of a mean, so that parts of a batch add up. Default none, range (0, inf).
	Denominator OptionalFloatOrRefOrNone

	// What a mean over nothing is. Default zero, words zero, nan, error.
	Empty Word
}

// Spec returns the text of the loss, as Parse reads it.
func (o Dice) Spec() string {
	w := specWriter{name: "dice"}
	w.word("activation", o.Activation)
	w.value("axis", o.Axis)
	w.value("class_axis", o.ClassAxis)
	w.value("include_background", o.IncludeBackground)
	w.value("squared", o.Squared)
	w.value("smooth_nr", o.SmoothNr)
	w.value("smooth_dr", o.SmoothDr)
	w.value("smooth", o.Smooth)
	w.value("batch", o.Batch)
	w.value("class_weight", o.ClassWeight)
	w.value("ignore_index", o.IgnoreIndex)
	w.value("input", o.Input)
	w.value("target", o.Target)
	w.value("sample_weight", o.SampleWeight)
	w.value("mask", o.Mask)
	w.word("reduction", o.Reduction)
	w.value("denominator", o.Denominator)
	w.word("empty", o.Empty)
	return w.text()
}

func (o Dice) terms() []term { return []term{{1, o.Spec()}} }

// Jaccard makes the loss jaccard. One minus the Jaccard index (intersection over union) of the predicted region and
// the true one.
//
//	1 - (I + smooth_nr)/(P + T - I + smooth_dr), I = sum p*t, P = sum p, T = sum t
//
// A region is one class of one sample. MONAI's jaccard=True keeps a factor 2 above and below, so its smooth_nr and
// smooth_dr are twice these. Masked and ignored pixels leave every sum, after the activation. The divisor of a mean
// is the number of regions that have a pixel left.
//
// Suits: segmentation. Reference: Rahman and Wang, Optimizing intersection-over-union in deep neural networks
// (2016).
type Jaccard struct {
	// What turns the input into probabilities. Default none, words none, sigmoid, softmax.
	Activation Word

	// The dimensions that are summed over; none means all but 0 and 1. Default none.
	Axis OptionalIntsOrNone

	// The dimension of the classes, counted from the end if negative. Default 1.
	ClassAxis OptionalInt

	// Whether class 0 has regions. Default true.
	IncludeBackground OptionalBool

	// Whether sizes are sums of squares. Default false.
	Squared OptionalBool

	// What is added to the numerator. Default 1e-5, range [0, inf).
	SmoothNr OptionalFloat

	// What is added to the denominator. Default 1e-5, range [0, inf).
	SmoothDr OptionalFloat

	// Sets both smooth_nr and smooth_dr. Default none, range [0, inf).
	Smooth OptionalFloatOrNone

	// Whether dimension 0 is summed over as well. Default false.
	Batch OptionalBool

	// A factor for each class; it enters the divisor of weighted_mean. Default none, range [0, inf).
	ClassWeight OptionalFloatsOrRefOrNone

	// The label of elements that are left out. Default none.
	IgnoreIndex OptionalIntOrNone

	// The operand that is differentiated. Default @input.
	Input OptionalRef

	// The operand that the input is compared with. Default @target.
	Target OptionalRef

	// A factor for each loss element, where the call has it. Default @sample_weight.
	SampleWeight OptionalRefOrNone

	// Zero where a loss element is left out, where the call has it. Default @mask.
	Mask OptionalRefOrNone

	// How loss elements become the value: mean divides by how many count, weighted_mean by the sum of their weights.
	// Default mean, words mean, sum, none, weighted_mean.
	Reduction Word

	// Replaces the divisor of a mean, so that parts of a batch add up. Default none, range (0, inf).
	Denominator OptionalFloatOrRefOrNone

	// What a mean over nothing is. Default zero, words zero, nan, error.
	Empty Word
}

// Spec returns the text of the loss, as Parse reads it.
func (o Jaccard) Spec() string {
	w := specWriter{name: "jaccard"}
	w.word("activation", o.Activation)
	w.value("axis", o.Axis)
	w.value("class_axis", o.ClassAxis)
	w.value("include_background", o.IncludeBackground)
	w.value("squared", o.Squared)
	w.value("smooth_nr", o.SmoothNr)
	w.value("smooth_dr", o.SmoothDr)
	w.value("smooth", o.Smooth)
	w.value("batch", o.Batch)
	w.value("class_weight", o.ClassWeight)
	w.value("ignore_index", o.IgnoreIndex)
	w.value("input", o.Input)
	w.value("target", o.Target)
	w.value("sample_weight", o.SampleWeight)
	w.value("mask", o.Mask)
	w.word("reduction", o.Reduction)
	w.value("denominator", o.Denominator)
	w.word("empty", o.Empty)
	return w.text()
}

func (o Jaccard) terms() []term { return []term{{1, o.Spec()}} }

// Tversky makes the loss tversky. Overlap in which false positives and false negatives weigh differently.
//
//	1 - (I + smooth_nr)/(I + alpha*(P - I) + beta*(T - I) + smooth_dr), I = sum p*t, P = sum p, T = sum t
//
// A region is one class of one sample. alpha weighs false positives P - I, beta false negatives T - I; alpha = beta
// = 1/2 is dice. Masked and ignored pixels leave every sum, after the activation. The divisor of a mean is the
// number of regions that have a pixel left.
//
// Suits: segmentation. Reference: Salehi, Erdogmus and Gholipour, Tversky loss function (2017); MONAI TverskyLoss.
type Tversky struct {
	// What turns the input into probabilities. Default none, words none, sigmoid, softmax.
	Activation Word

	// The dimensions that are summed over; none means all but 0 and 1. Default none.
	Axis OptionalIntsOrNone

	// The dimension of the classes, counted from the end if negative. Default 1.
	ClassAxis OptionalInt

	// Whether class 0 has regions. Default true.
	IncludeBackground OptionalBool

	// Whether sizes are sums of squares. Default false.
	Squared OptionalBool

	// What is added to the numerator. Default 1e-5, range [0, inf).
	SmoothNr OptionalFloat

	// What is added to the denominator. Default 1e-5, range [0, inf).
	SmoothDr OptionalFloat

	// Sets both smooth_nr and smooth_dr. Default none, range [0, inf).
	Smooth OptionalFloatOrNone

	// Whether dimension 0 is summed over as well. Default false.
	Batch OptionalBool

	// The weight of false positives. Default 0.5, range [0, inf).
	Alpha OptionalFloat

	// The weight of false negatives. Default 0.5, range [0, inf).
	Beta OptionalFloat

	// A factor for each class; it enters the divisor of weighted_mean. Default none, range [0, inf).
	ClassWeight OptionalFloatsOrRefOrNone

	// The label of elements that are left out. Default none.
	IgnoreIndex OptionalIntOrNone

	// The operand that is differentiated. Default @input.
	Input OptionalRef

	// The operand that the input is compared with. Default @target.
	Target OptionalRef

	// A factor for each loss element, where the call has it. Default @sample_weight.
	SampleWeight OptionalRefOrNone

	// Zero where a loss element is left out, where the call has it. Default @mask.
	Mask OptionalRefOrNone

	// How loss elements become the value: mean divides by how many count, weighted_mean by the sum of their weights.
	// Default mean, words mean, sum, none, weighted_mean.
	Reduction Word

	// Replaces the divisor of a mean, so that parts of a batch add up. Default none, range (0, inf).
	Denominator OptionalFloatOrRefOrNone

	// What a mean over nothing is. Default zero, words zero, nan, error.
	Empty Word
}

// Spec returns the text of the loss, as Parse reads it.
func (o Tversky) Spec() string {
	w := specWriter{name: "tversky"}
	w.word("activation", o.Activation)
	w.value("axis", o.Axis)
	w.value("class_axis", o.ClassAxis)
	w.value("include_background", o.IncludeBackground)
	w.value("squared", o.Squared)
	w.value("smooth_nr", o.SmoothNr)
	w.value("smooth_dr", o.SmoothDr)
	w.value("smooth", o.Smooth)
	w.value("batch", o.Batch)
	w.value("alpha", o.Alpha)
	w.value("beta", o.Beta)
	w.value("class_weight", o.ClassWeight)
	w.value("ignore_index", o.IgnoreIndex)
	w.value("input", o.Input)
	w.value("target", o.Target)
	w.value("sample_weight", o.SampleWeight)
	w.value("mask", o.Mask)
	w.word("reduction", o.Reduction)
	w.value("denominator", o.Denominator)
	w.word("empty", o.Empty)
	return w.text()
}

func (o Tversky) terms() []term { return []term{{1, o.Spec()}} }

// L1 makes the loss l1. The sum of magnitudes: drives weights to exactly zero.
//
//	|w|, summed
//
// The subgradient at 0 is 0. The reduction is sum unless another is asked for.
//
// Suits: regularization. Reference: Tibshirani, Regression shrinkage and selection via the lasso (1996); Keras
// regularizers.L1.
type L1 struct {
	// The operand that is differentiated. Default @input.
	Input OptionalRef

	// A factor for each element. Default none.
	SampleWeight OptionalRefOrNone

	// Zero where an element is left out. Default none.
	Mask OptionalRefOrNone

	// How loss elements become the value: mean divides by how many count, weighted_mean by the sum of their weights.
	// Default sum, words sum, mean, none, weighted_mean.
	Reduction Word

	// Replaces the divisor of a mean, so that parts of a batch add up. Default none, range (0, inf).
	Denominator OptionalFloatOrRefOrNone

	// What a mean over nothing is. Default zero, words zero, nan, error.
	Empty Word

	// Which second derivative: the exact one. Default exact, words exact.
	Hessian Word

	// A factor of each unreduced second derivative. Default 1, range (0, inf).
	HessianScale OptionalFloat

	// A floor of each scaled second derivative. Default none, range [0, inf).
	HessianMin OptionalFloatOrNone
}

// Spec returns the text of the loss, as Parse reads it.
func (o L1) Spec() string {
	w := specWriter{name: "l1"}
	w.value("input", o.Input)
	w.value("sample_weight", o.SampleWeight)
	w.value("mask", o.Mask)
	w.word("reduction", o.Reduction)
	w.value("denominator", o.Denominator)
	w.word("empty", o.Empty)
	w.word("hessian", o.Hessian)
	w.value("hessian_scale", o.HessianScale)
	w.value("hessian_min", o.HessianMin)
	return w.text()
}

func (o L1) terms() []term { return []term{{1, o.Spec()}} }

// L2 makes the loss l2. The sum of squares: shrinks weights.
//
//	w^2, summed
//
// Without the factor 1/2, as Keras: weight decay of PyTorch with coefficient c is c/2 times this. The reduction is
// sum unless another is asked for.
//
// Suits: regularization. Reference: Hoerl and Kennard, Ridge regression (1970); Keras regularizers.L2.
type L2 struct {
	// The operand that is differentiated. Default @input.
	Input OptionalRef

	// A factor for each element. Default none.
	SampleWeight OptionalRefOrNone

	// Zero where an element is left out. Default none.
	Mask OptionalRefOrNone

	// How loss elements become the value: mean divides by how many count, weighted_mean by the sum of their weights.
	// Default sum, words sum, mean, none, weighted_mean.
	Reduction Word

	// Replaces the divisor of a mean, so that parts of a batch add up. Default none, range (0, inf).
	Denominator OptionalFloatOrRefOrNone

	// What a mean over nothing is. Default zero, words zero, nan, error.
	Empty Word

	// Which second derivative: the exact one. Default exact, words exact.
	Hessian Word

	// A factor of each unreduced second derivative. Default 1, range (0, inf).
	HessianScale OptionalFloat

	// A floor of each scaled second derivative. Default none, range [0, inf).
	HessianMin OptionalFloatOrNone
}

// Spec returns the text of the loss, as Parse reads it.
func (o L2) Spec() string {
	w := specWriter{name: "l2"}
	w.value("input", o.Input)
	w.value("sample_weight", o.SampleWeight)
	w.value("mask", o.Mask)
	w.word("reduction", o.Reduction)
	w.value("denominator", o.Denominator)
	w.word("empty", o.Empty)
	w.word("hessian", o.Hessian)
	w.value("hessian_scale", o.HessianScale)
	w.value("hessian_min", o.HessianMin)
	return w.text()
}

func (o L2) terms() []term { return []term{{1, o.Spec()}} }

// KerasMeanSquaredError makes the loss keras.mean_squared_error. Keras's MeanSquaredError.
//
//	mean over the last axis of (x - y)^2
//
// The mean over the last axis is the loss element: values under reduction=none, sample_weight and mask have the
// input's shape without its last dimension.
//
// Suits: regression. Reference: Keras 3, keras.losses.
type KerasMeanSquaredError struct {
	// How loss elements become the value; sum_over_batch_size and mean divide by their number, masked ones left out.
	// Default sum_over_batch_size, words sum_over_batch_size, mean, sum, mean_with_sample_weight, none.
	Reduction Word

	// The operand that is differentiated. Default @input.
	Input OptionalRef

	// The operand that the input is compared with. Default @target.
	Target OptionalRef

	// A factor for each loss element, where the call has it. Default @sample_weight.
	SampleWeight OptionalRefOrNone

	// Zero where a loss element is left out, where the call has it. Default @mask.
	Mask OptionalRefOrNone
}

// Spec returns the text of the loss, as Parse reads it.
func (o KerasMeanSquaredError) Spec() string {
	w := specWriter{name: "keras.mean_squared_error"}
	w.word("reduction", o.Reduction)
	w.value("input", o.Input)
	w.value("target", o.Target)
	w.value("sample_weight", o.SampleWeight)
	w.value("mask", o.Mask)
	return w.text()
}

func (o KerasMeanSquaredError) terms() []term { return []term{{1, o.Spec()}} }

// KerasMeanAbsoluteError makes the loss keras.mean_absolute_error. Keras's MeanAbsoluteError.
//
//	mean over the last axis of |x - y|
//
// The mean over the last axis is the loss element: values under reduction=none, sample_weight and mask have the
// input's shape without its last dimension.
//
// Suits: regression. Reference: Keras 3, keras.losses.
type KerasMeanAbsoluteError struct {
	// How loss elements become the value; sum_over_batch_size and mean divide by their number, masked ones left out.
	// Default sum_over_batch_size, words sum_over_batch_size, mean, sum, mean_with_sample_weight, none.
	Reduction Word

	// The operand that is differentiated. Default @input.
	Input OptionalRef

	// The operand that the input is compared with. Default @target.
	Target OptionalRef

	// A factor for each loss element, where the call has it. Default @sample_weight.
	SampleWeight OptionalRefOrNone

	// Zero where a loss element is left out, where the call has it. Default @mask.
	Mask OptionalRefOrNone
}

// Spec returns the text of the loss, as Parse reads it.
func (o KerasMeanAbsoluteError) Spec() string {
	w := specWriter{name: "keras.mean_absolute_error"}
	w.word("reduction", o.Reduction)
	w.value("input", o.Input)
	w.value("target", o.Target)
	w.value("sample_weight", o.SampleWeight)
	w.value("mask", o.Mask)
	return w.text()
}

func (o KerasMeanAbsoluteError) terms() []term { return []term{{1, o.Spec()}} }

// KerasHuber makes the loss keras.huber. Keras's Huber.
//
//	mean over the last axis of (r^2/2 if |r| <= delta, else delta*(|r| - delta/2)), r = x - y
//
// The mean over the last axis is the loss element: values under reduction=none, sample_weight and mask have the
// input's shape without its last dimension.
//
// Suits: regression. Reference: Keras 3, keras.losses.
type KerasHuber struct {
	// Where the square turns into a line. Default 1, range (0, inf).
	Delta OptionalFloat

	// How loss elements become the value; sum_over_batch_size and mean divide by their number, masked ones left out.
	// Default sum_over_batch_size, words sum_over_batch_size, mean, sum, mean_with_sample_weight, none.
	Reduction Word

	// The operand that is differentiated. Default @input.
	Input OptionalRef

	// The operand that the input is compared with. Default @target.
	Target OptionalRef

	// A factor for each loss element, where the call has it. Default @sample_weight.
	SampleWeight OptionalRefOrNone

	// Zero where a loss element is left out, where the call has it. Default @mask.
	Mask OptionalRefOrNone
}

// Spec returns the text of the loss, as Parse reads it.
func (o KerasHuber) Spec() string {
	w := specWriter{name: "keras.huber"}
	w.value("delta", o.Delta)
	w.word("reduction", o.Reduction)
	w.value("input", o.Input)
	w.value("target", o.Target)
	w.value("sample_weight", o.SampleWeight)
	w.value("mask", o.Mask)
	return w.text()
}

func (o KerasHuber) terms() []term { return []term{{1, o.Spec()}} }

// KerasBinaryCrossentropy makes the loss keras.binary_crossentropy. Keras's BinaryCrossentropy.
//
//	mean over axis of -(t*log p + (1 - t)*log(1 - p))
//
// Probabilities are held within [1e-7, 1 - 1e-7], where the gradient is 0. label_smoothing s makes t into t(1-s) +
// s/2. The mean over axis is the loss element.
//
// Suits: binary, multilabel. Reference: Keras 3, keras.losses.
type KerasBinaryCrossentropy struct {
	// Whether the input is logits instead of probabilities. Default false.
	FromLogits OptionalBool

	// The share of each target that is spread evenly. Default 0, range [0, 1].
	LabelSmoothing OptionalFloat

	// The dimension of the classes, counted from the end if negative. Default -1.
	Axis OptionalInt

	// How loss elements become the value; sum_over_batch_size and mean divide by their number, masked ones left out.
	// Default sum_over_batch_size, words sum_over_batch_size, mean, sum, mean_with_sample_weight, none.
	Reduction Word

	// The operand that is differentiated. Default @input.
	Input OptionalRef

	// The operand that the input is compared with. Default @target.
	Target OptionalRef

	// A factor for each loss element, where the call has it. Default @sample_weight.
	SampleWeight OptionalRefOrNone

	// Zero where a loss element is left out, where the call has it. Default @mask.
	Mask OptionalRefOrNone
}

// Spec returns the text of the loss, as Parse reads it.
func (o KerasBinaryCrossentropy) Spec() string {
	w := specWriter{name: "keras.binary_crossentropy"}
	w.value("from_logits", o.FromLogits)
	w.value("label_smoothing", o.LabelSmoothing)
	w.value("axis", o.Axis)
	w.word("reduction", o.Reduction)
	w.value("input", o.Input)
	w.value("target", o.Target)
	w.value("sample_weight", o.SampleWeight)
	w.value("mask", o.Mask)
	return w.text()
}

func (o KerasBinaryCrossentropy) terms() []term { return []term{{1, o.Spec()}} }

// KerasBinaryFocalCrossentropy makes the loss keras.binary_focal_crossentropy. Keras's BinaryFocalCrossentropy.
//
//	mean over axis of w * (1 - p_t)^gamma * -(t*log p + (1 - t)*log(1 - p)), p_t = t*p + (1-t)*(1-p)
//
// The logarithms take probabilities held within [1e-7, 1 - 1e-7], also those of logits; p_t does not. w is alpha*t
// + (1-alpha)*(1-t) with apply_class_balancing, else 1. The mean over axis is the loss element.
//
// Suits: binary, multilabel. Reference: Keras 3, keras.losses.
type KerasBinaryFocalCrossentropy struct {
	// Whether alpha is used. Default false.
	ApplyClassBalancing OptionalBool

	// The weight of positives; negatives have 1-alpha. Default 0.25, range [0, 1].
	Alpha OptionalFloat

	// How strongly what is predicted well is played down. Default 2, range [0, inf).
	Gamma OptionalFloat

	// Whether the input is logits instead of probabilities. Default false.
	FromLogits OptionalBool

	// The share of each target that is spread evenly. Default 0, range [0, 1].
	LabelSmoothing OptionalFloat

	// The dimension of the classes, counted from the end if negative. Default -1.
	Axis OptionalInt

	// How loss elements become the value; sum_over_batch_size and mean divide by their number, masked ones left out.
	// Default sum_over_batch_size, words sum_over_batch_size, mean, sum, mean_with_sample_weight, none.
	Reduction Word

	// The operand that is differentiated. Default @input.
	Input OptionalRef

	// The operand that the input is compared with. Default @target.
	Target OptionalRef

	// A factor for each loss element, where the call has it. Default @sample_weight.
	SampleWeight OptionalRefOrNone

	// Zero where a loss element is left out, where the call has it. Default @mask.
	Mask OptionalRefOrNone
}

// Spec returns the text of the loss, as Parse reads it.
func (o KerasBinaryFocalCrossentropy) Spec() string {
	w := specWriter{name: "keras.binary_focal_crossentropy"}
	w.value("apply_class_balancing", o.ApplyClassBalancing)
	w.value("alpha", o.Alpha)
	w.value("gamma", o.Gamma)
	w.value("from_logits", o.FromLogits)
	w.value("label_smoothing", o.LabelSmoothing)
	w.value("axis", o.Axis)
	w.word("reduction", o.Reduction)
	w.value("input", o.Input)
	w.value("target", o.Target)
	w.value("sample_weight", o.SampleWeight)
	w.value("mask", o.Mask)
	return w.text()
}

func (o KerasBinaryFocalCrossentropy) terms() []term { return []term{{1, o.Spec()}} }

// KerasCategoricalCrossentropy makes the loss keras.categorical_crossentropy. Keras's CategoricalCrossentropy, for
// dense targets.
//
//	-sum_c t_c * log(p_c / sum p)
//
// Probabilities are divided by their sum over axis, then held within [1e-7, 1 - 1e-7], where the gradient is 0.
// label_smoothing s makes t into (1-s)t + s/K, where K is the last dimension, also when axis is another.
//
// Suits: multiclass, segmentation. Reference: Keras 3, keras.losses.
type KerasCategoricalCrossentropy struct {
	// Whether the input is logits instead of probabilities. Default false.
	FromLogits OptionalBool

	// The share of each target that is spread evenly. Default 0, range [0, 1].
	LabelSmoothing OptionalFloat

	// The dimension of the classes, counted from the end if negative. Default -1.
	Axis OptionalInt

	// How loss elements become the value; sum_over_batch_size and mean divide by their number, masked ones left out.
	// Default sum_over_batch_size, words sum_over_batch_size, mean, sum, mean_with_sample_weight, none.
	Reduction Word

	// The operand that is differentiated. Default @input.
	Input OptionalRef

	// The operand that the input is compared with. Default @target.
	Target OptionalRef

	// A factor for each loss element, where the call has it. Default @sample_weight.
	SampleWeight OptionalRefOrNone

	// Zero where a loss element is left out, where the call has it. Default @mask.
	Mask OptionalRefOrNone
}

// Spec returns the text of the loss, as Parse reads it.
func (o KerasCategoricalCrossentropy) Spec() string {
	w := specWriter{name: "keras.categorical_crossentropy"}
	w.value("from_logits", o.FromLogits)
	w.value("label_smoothing", o.LabelSmoothing)
	w.value("axis", o.Axis)
	w.word("reduction", o.Reduction)
	w.value("input", o.Input)
	w.value("target", o.Target)
	w.value("sample_weight", o.SampleWeight)
	w.value("mask", o.Mask)
	return w.text()
}

func (o KerasCategoricalCrossentropy) terms() []term { return []term{{1, o.Spec()}} }

// KerasSparseCategoricalCrossentropy makes the loss keras.sparse_categorical_crossentropy. Keras's
// SparseCategoricalCrossentropy, for labels.
//
//	-log(p_y / sum p)
//
// Probabilities are divided by their sum over axis, then held within [1e-7, 1 - 1e-7], where the gradient is 0.
// Rows with the label ignore_class are left out like masked ones.
//
// Suits: multiclass, segmentation. Reference: Keras 3, keras.losses.
type KerasSparseCategoricalCrossentropy struct {
	// Whether the input is logits instead of probabilities. Default false.
	FromLogits OptionalBool

	// The label of rows that are left out. Default none.
	IgnoreClass OptionalIntOrNone

	// How loss elements become the value; sum_over_batch_size and mean divide by their number, masked ones left out.
	// Default sum_over_batch_size, words sum_over_batch_size, mean, sum, mean_with_sample_weight, none.
	Reduction Word

	// The dimension of the classes, counted from the end if negative. Default -1.
	Axis OptionalInt

	// The operand that is differentiated. Default @input.
	Input OptionalRef

	// The operand that the input is compared with. Default @target.
	Target OptionalRef

	// A factor for each loss element, where the call has it. Default @sample_weight.
	SampleWeight OptionalRefOrNone

	// Zero where a loss element is left out, where the call has it. Default @mask.
	Mask OptionalRefOrNone
}

// Spec returns the text of the loss, as Parse reads it.
func (o KerasSparseCategoricalCrossentropy) Spec() string {
	w := specWriter{name: "keras.sparse_categorical_crossentropy"}
	w.value("from_logits", o.FromLogits)
	w.value("ignore_class", o.IgnoreClass)
	w.word("reduction", o.Reduction)
	w.value("axis", o.Axis)
	w.value("input", o.Input)
	w.value("target", o.Target)
	w.value("sample_weight", o.SampleWeight)
	w.value("mask", o.Mask)
	return w.text()
}

func (o KerasSparseCategoricalCrossentropy) terms() []term { return []term{{1, o.Spec()}} }

// KerasCategoricalFocalCrossentropy makes the loss keras.categorical_focal_crossentropy. Keras's
// CategoricalFocalCrossentropy, for dense targets.
//
//	sum_c alpha * (1 - p_c)^gamma * (-t_c * log p_c)
//
// Probabilities are divided by their sum over axis, then held within [1e-7, 1 - 1e-7], where the gradient is 0.
// label_smoothing s makes t into (1-s)t + s/K, where K is the last dimension, also when axis is another.
//
// Suits: multiclass, segmentation. Reference: Keras 3, keras.losses.
type KerasCategoricalFocalCrossentropy struct {
	// A factor for all classes, or one for each of the last dimension. Default 0.25, range [0, inf).
	Alpha OptionalFloatOrFloats

	// How strongly what is predicted well is played down. Default 2, range [0, inf).
	Gamma OptionalFloat

	// Whether the input is logits instead of probabilities. Default false.
	FromLogits OptionalBool

	// The share of each target that is spread evenly. Default 0, range [0, 1].
	LabelSmoothing OptionalFloat

	// The dimension of the classes, counted from the end if negative. Default -1.
	Axis OptionalInt

	// How loss elements become the value; sum_over_batch_size and mean divide by their number, masked ones left out.
	// Default sum_over_batch_size, words sum_over_batch_size, mean, sum, mean_with_sample_weight, none.
	Reduction Word

	// The operand that is differentiated. Default @input.
	Input OptionalRef

	// The operand that the input is compared with. Default @target.
	Target OptionalRef

	// A factor for each loss element, where the call has it. Default @sample_weight.
	SampleWeight OptionalRefOrNone

	// Zero where a loss element is left out, where the call has it. Default @mask.
	Mask OptionalRefOrNone
}

// Spec returns the text of the loss, as Parse reads it.
func (o KerasCategoricalFocalCrossentropy) Spec() string {
	w := specWriter{name: "keras.categorical_focal_crossentropy"}
	w.value("alpha", o.Alpha)
	w.value("gamma", o.Gamma)
	w.value("from_logits", o.FromLogits)
	w.value("label_smoothing", o.LabelSmoothing)
	w.value("axis", o.Axis)
	w.word("reduction", o.Reduction)
	w.value("input", o.Input)
	w.value("target", o.Target)
	w.value("sample_weight", o.SampleWeight)
	w.value("mask", o.Mask)
	return w.text()
}

func (o KerasCategoricalFocalCrossentropy) terms() []term { return []term{{1, o.Spec()}} }

// KerasHinge makes the loss keras.hinge. Keras's Hinge.
//
//	mean over the last axis of max(0, 1 - y*x)
//
// Labels 0 and 1 become -1 and 1 only if every label of the call is 0 or 1; otherwise labels are used as they are.
// The mean over the last axis is the loss element.
//
// Suits: max-margin, binary. Reference: Keras 3, keras.losses.
type KerasHinge struct {
	// How loss elements become the value; sum_over_batch_size and mean divide by their number, masked ones left out.
	// Default sum_over_batch_size, words sum_over_batch_size, mean, sum, mean_with_sample_weight, none.
	Reduction Word

	// The operand that is differentiated. Default @input.
	Input OptionalRef

	// The operand that the input is compared with. Default @target.
	Target OptionalRef

	// A factor for each loss element, where the call has it. Default @sample_weight.
	SampleWeight OptionalRefOrNone

	// Zero where a loss element is left out, where the call has it. Default @mask.
	Mask OptionalRefOrNone
}

// Spec returns the text of the loss, as Parse reads it.
func (o KerasHinge) Spec() string {
	w := specWriter{name: "keras.hinge"}
	w.word("reduction", o.Reduction)
	w.value("input", o.Input)
	w.value("target", o.Target)
	w.value("sample_weight", o.SampleWeight)
	w.value("mask", o.Mask)
	return w.text()
}

func (o KerasHinge) terms() []term { return []term{{1, o.Spec()}} }

// KerasSquaredHinge makes the loss keras.squared_hinge. Keras's SquaredHinge.
//
//	mean over the last axis of max(0, 1 - y*x)^2
//
// Labels 0 and 1 become -1 and 1 only if every label of the call is 0 or 1; otherwise labels are used as they are.
// The mean over the last axis is the loss element.
//
// Suits: max-margin, binary. Reference: Keras 3, keras.losses.
type KerasSquaredHinge struct {
	// How loss elements become the value; sum_over_batch_size and mean divide by their number, masked ones left out.
	// Default sum_over_batch_size, words sum_over_batch_size, mean, sum, mean_with_sample_weight, none.
	Reduction Word

	// The operand that is differentiated. Default @input.
	Input OptionalRef

	// The operand that the input is compared with. Default @target.
	Target OptionalRef

	// A factor for each loss element, where the call has it. Default @sample_weight.
	SampleWeight OptionalRefOrNone

	// Zero where a loss element is left out, where the call has it. Default @mask.
	Mask OptionalRefOrNone
}

// Spec returns the text of the loss, as Parse reads it.
func (o KerasSquaredHinge) Spec() string {
	w := specWriter{name: "keras.squared_hinge"}
	w.word("reduction", o.Reduction)
	w.value("input", o.Input)
	w.value("target", o.Target)
	w.value("sample_weight", o.SampleWeight)
	w.value("mask", o.Mask)
	return w.text()
}

func (o KerasSquaredHinge) terms() []term { return []term{{1, o.Spec()}} }

// KerasCategoricalHinge makes the loss keras.categorical_hinge. Keras's CategoricalHinge.
//
//	max(0, 1 + max_c((1 - t_c)*x_c) - sum_c t_c*x_c)
//
// Classes are on the last axis; targets are dense. The subgradient at the floor is 0; among equal maxima the first
// class takes it.
//
// Suits: max-margin, multiclass. Reference: Keras 3, keras.losses.
type KerasCategoricalHinge struct {
	// How loss elements become the value; sum_over_batch_size and mean divide by their number, masked ones left out.
	// Default sum_over_batch_size, words sum_over_batch_size, mean, sum, mean_with_sample_weight, none.
	Reduction Word

	// The operand that is differentiated. Default @input.
	Input OptionalRef

	// The operand that the input is compared with. Default @target.
	Target OptionalRef

	// A factor for each loss element, where the call has it. Default @sample_weight.
	SampleWeight OptionalRefOrNone

	// Zero where a loss element is left out, where the call has it. Default @mask.
	Mask OptionalRefOrNone
}

// Spec returns the text of the loss, as Parse reads it.
func (o KerasCategoricalHinge) Spec() string {
	w := specWriter{name: "keras.categorical_hinge"}
	w.word("reduction", o.Reduction)
	w.value("input", o.Input)
	w.value("target", o.Target)
	w.value("sample_weight", o.SampleWeight)
	w.value("mask", o.Mask)
	return w.text()
}

func (o KerasCategoricalHinge) terms() []term { return []term{{1, o.Spec()}} }

// KerasDice makes the loss keras.dice. Keras's Dice.
//
//	1 - 2*I/(P + T + 1e-7), I = sum p*t, P = sum p, T = sum t
//
// Without axis everything is summed, the batch and the classes too. With axis=[1, 2] masks of shape [batch, height,
// width, class] give one loss element for each sample and class. An empty region that is predicted empty costs 1.
//
// Suits: segmentation. Reference: Keras 3, keras.losses.
type KerasDice struct {
	// The dimensions that are summed over; none means all. Default none.
	Axis OptionalIntOrIntsOrNone

	// How loss elements become the value; sum_over_batch_size and mean divide by their number, masked ones left out.
	// Default sum_over_batch_size, words sum_over_batch_size, mean, sum, mean_with_sample_weight, none.
	Reduction Word

	// The operand that is differentiated. Default @input.
	Input OptionalRef

	// The operand that the input is compared with. Default @target.
	Target OptionalRef

	// A factor for each loss element, where the call has it. Default @sample_weight.
	SampleWeight OptionalRefOrNone

	// Zero where a loss element is left out, where the call has it. Default @mask.
	Mask OptionalRefOrNone
}

// Spec returns the text of the loss, as Parse reads it.
func (o KerasDice) Spec() string {
	w := specWriter{name: "keras.dice"}
	w.value("axis", o.Axis)
	w.word("reduction", o.Reduction)
	w.value("input", o.Input)
	w.value("target", o.Target)
	w.value("sample_weight", o.SampleWeight)
	w.value("mask", o.Mask)
	return w.text()
}

func (o KerasDice) terms() []term { return []term{{1, o.Spec()}} }

// KerasTversky makes the loss keras.tversky. Keras's Tversky.
//
//	1 - I/(I + alpha*(T - I) + beta*(P - I) + 1e-7), I = sum p*t, P = sum p, T = sum t
//
// alpha weighs false negatives T - I and beta false positives P - I: the reverse of tversky. Otherwise as
// keras.dice.
//
// Suits: segmentation. Reference: Keras 3, keras.losses.
type KerasTversky struct {
	// The weight of false negatives. Default 0.5, range [0, inf).
	Alpha OptionalFloat

	// The weight of false positives. Default 0.5, range [0, inf).
	Beta OptionalFloat

	// The dimensions that are summed over; none means all. Default none.
	Axis OptionalIntOrIntsOrNone

	// How loss elements become the value; sum_over_batch_size and mean divide by their number, masked ones left out.
	// Default sum_over_batch_size, words sum_over_batch_size, mean, sum, mean_with_sample_weight, none.
	Reduction Word

	// The operand that is differentiated. Default @input.
	Input OptionalRef

	// The operand that the input is compared with. Default @target.
	Target OptionalRef

	// A factor for each loss element, where the call has it. Default @sample_weight.
	SampleWeight OptionalRefOrNone

	// Zero where a loss element is left out, where the call has it. Default @mask.
	Mask OptionalRefOrNone
}

// Spec returns the text of the loss, as Parse reads it.
func (o KerasTversky) Spec() string {
	w := specWriter{name: "keras.tversky"}
	w.value("alpha", o.Alpha)
	w.value("beta", o.Beta)
	w.value("axis", o.Axis)
	w.word("reduction", o.Reduction)
	w.value("input", o.Input)
	w.value("target", o.Target)
	w.value("sample_weight", o.SampleWeight)
	w.value("mask", o.Mask)
	return w.text()
}

func (o KerasTversky) terms() []term { return []term{{1, o.Spec()}} }

// everyOption has the options of each loss of the catalog, all at their defaults.
var everyOption = []Options{
	MSE{},
	MAE{},
	Huber{},
	CrossEntropy{},
	LinearCrossEntropy{},
	BCE{},
	Focal{},
	CategoricalFocal{},
	Hinge{},
	SquaredHinge{},
	MulticlassHinge{},
	CategoricalHinge{},
	Dice{},
	Jaccard{},
	Tversky{},
	L1{},
	L2{},
	KerasMeanSquaredError{},
	KerasMeanAbsoluteError{},
	KerasHuber{},
	KerasBinaryCrossentropy{},
	KerasBinaryFocalCrossentropy{},
	KerasCategoricalCrossentropy{},
	KerasSparseCategoricalCrossentropy{},
	KerasCategoricalFocalCrossentropy{},
	KerasHinge{},
	KerasSquaredHinge{},
	KerasCategoricalHinge{},
	KerasDice{},
	KerasTversky{},
}
