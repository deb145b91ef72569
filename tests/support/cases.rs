//! Every loss with every parameter: a table, and the numbers that go with each of its lines.

use losskit::Loss;
use losskit::catalog::{CATALOG, Declaration, Kinds, Parameter, find};
use losskit::tensor::Dtype;

use super::call::value_shape;
use super::{Array, Given, Random};

/// What the input is.
#[derive(Clone, Copy, PartialEq)]
pub enum Input {
    Scores,
    Probabilities,
    LogProbabilities,
}

/// What the target is: one number for each element of the input, but for `Labels`, one for each row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Target {
    None,
    Numbers,
    Binary,
    Signed,
    Soft,
    Labels,
}

/// A loss with some of its own parameters.
#[derive(Clone, Copy)]
pub struct Case {
    pub loss: &'static str,
    pub arguments: &'static str,
    pub input: Input,
    pub target: Target,
    pub shape: &'static [usize],
    /// The dimension of the classes: labels have none there, and lists and operands of weights go along it.
    pub classes: usize,
}

use Input::{LogProbabilities, Probabilities, Scores};
use Target::{Binary, Labels, Numbers, Signed, Soft};

const ROWS: &[usize] = &[5, 3];
const BLOCKS: &[usize] = &[2, 3, 4];
const IMAGES: &[usize] = &[2, 3, 2, 4];
const IMAGES_LAST: &[usize] = &[2, 2, 4, 3];

const fn case(loss: &'static str, arguments: &'static str, input: Input, target: Target) -> Case {
    Case { loss, arguments, input, target, shape: ROWS, classes: 1 }
}

impl Case {
    const fn on(mut self, shape: &'static [usize], classes: usize) -> Case {
        self.shape = shape;
        self.classes = classes;
        self
    }
}

/// Inputs of four numbers, and one class fewer than that.
const LAYER: &[usize] = &[5, 4];

macro_rules! linears {
    ($($arguments:literal),*) => { [$(case("linear_cross_entropy", $arguments, Scores, Labels).on(LAYER, 1)),*] };
}

const LINEAR: &[Case] = &linears![
    "",
    "bias=@bias",
    "weight=@weight, bias=@bias, softcap=1.5",
    "softcap=2, z_loss=0.1, label_smoothing=0.2",
    "z_loss=0.25, class_weight=[0.5, 2, 1.25], bias=@bias",
    "label_smoothing=0.1, class_weight=[0.5, 2, 1.25]",
    "class_weight=@class_weight, label_smoothing=0.2, bias=@bias",
    "ignore_index=-100, bias=@bias",
    "ignore_index=1"
];

macro_rules! hinges {
    ($($name:literal),*) => { [$(
        case($name, "", Scores, Signed),
        case($name, "margin=0.5", Scores, Signed),
        case($name, "labels=binary", Scores, Binary),
        case($name, "ignore_index=0", Scores, Signed),
    )*] };
}

macro_rules! multiclass_margins {
    ($($name:literal),*) => { [$(
        case($name, "", Scores, Labels),
        case($name, "", Scores, Soft),
        case($name, "axis=0", Scores, Soft).on(ROWS, 0),
        case($name, "class_weight=[0.5, 2, 1.25]", Scores, Labels).on(IMAGES, 1),
        case($name, "class_weight=@class_weight", Scores, Soft),
        case($name, "ignore_index=1", Scores, Labels),
    )*] };
}

macro_rules! overlaps {
    ($($name:literal),*) => { [$(
        case($name, "", Probabilities, Soft).on(IMAGES, 1),
        case($name, "activation=softmax", Scores, Labels).on(IMAGES, 1),
        case($name, "activation=sigmoid", Scores, Soft).on(IMAGES, 1),
        case($name, "axis=[2]", Probabilities, Soft).on(IMAGES, 1),
        case($name, "class_axis=-1, axis=[1, 2]", Probabilities, Labels).on(IMAGES_LAST, 3),
        case($name, "include_background=false, activation=softmax", Scores, Labels).on(IMAGES, 1),
        case($name, "squared=true", Probabilities, Soft).on(BLOCKS, 1),
        case($name, "smooth_nr=0.5, smooth_dr=1.5", Probabilities, Soft).on(BLOCKS, 1),
        case($name, "smooth=1, batch=true", Probabilities, Soft).on(BLOCKS, 1),
        case($name, "class_weight=[0.5, 2, 1.25]", Probabilities, Soft).on(BLOCKS, 1),
        case($name, "class_weight=@class_weight, activation=softmax", Scores, Soft).on(BLOCKS, 1),
        case($name, "ignore_index=1, activation=softmax", Scores, Labels).on(IMAGES, 1),
    )*] };
}

const LOSSES: &[Case] = &[
    case("mse", "", Scores, Numbers),
    case("mae", "", Scores, Numbers),
    case("huber", "", Scores, Numbers),
    case("huber", "delta=0.5", Scores, Numbers),
    case("cross_entropy", "", Scores, Labels),
    case("cross_entropy", "", Scores, Soft),
    case("cross_entropy", "", Scores, Labels).on(IMAGES, 1),
    case("cross_entropy", "from=probs", Probabilities, Labels),
    case("cross_entropy", "from=probs, label_smoothing=0.1", Probabilities, Soft),
    case("cross_entropy", "from=log_probs", LogProbabilities, Soft),
    case("cross_entropy", "axis=-1", Scores, Labels).on(BLOCKS, 2),
    case("cross_entropy", "axis=0", Scores, Soft).on(ROWS, 0),
    case("cross_entropy", "class_weight=[0.5, 2, 1.25]", Scores, Labels),
    case("cross_entropy", "class_weight=@class_weight, label_smoothing=0.2", Scores, Soft),
    case("cross_entropy", "class_weight=@class_weight, label_smoothing=0.2", Scores, Labels).on(IMAGES, 1),
    case("cross_entropy", "ignore_index=-100", Scores, Labels),
    case("bce", "", Scores, Binary),
    case("bce", "", Scores, Soft),
    case("bce", "from=probs", Probabilities, Soft),
    case("bce", "pos_weight=2.5", Scores, Soft),
    case("bce", "pos_weight=[0.5, 2, 1.25], label_smoothing=0.2", Scores, Binary),
    case("bce", "pos_weight=@pos_weight, axis=0", Scores, Soft).on(ROWS, 0),
    case("bce", "ignore_index=-1", Scores, Binary),
    case("focal", "", Scores, Binary),
    case("focal", "gamma=0", Scores, Soft),
    case("focal", "gamma=1.5, alpha=0.25", Scores, Soft),
    case("focal", "gamma=0.5", Scores, Binary),
    case("focal", "ignore_index=-1", Scores, Binary),
    case("categorical_focal", "", Scores, Labels),
    case("categorical_focal", "", Scores, Soft).on(IMAGES, 1),
    case("categorical_focal", "gamma=1.5, alpha=0.25", Scores, Labels),
    case("categorical_focal", "alpha=[0.5, 2, 1.25], gamma=0.5", Scores, Soft),
    case("categorical_focal", "axis=0", Scores, Soft).on(ROWS, 0),
    case("categorical_focal", "ignore_index=1", Scores, Labels),
    case("multiclass_hinge", "margin=0.5", Scores, Labels),
    case("tversky", "alpha=0.25, beta=0.75", Probabilities, Soft).on(BLOCKS, 1),
    case("l1", "", Scores, Target::None),
    case("l2", "", Scores, Target::None),
];

const KERAS: &[Case] = &[
    case("keras.mean_squared_error", "", Scores, Numbers),
    case("keras.mean_absolute_error", "", Scores, Numbers),
    case("keras.huber", "", Scores, Numbers),
    case("keras.huber", "delta=0.5", Scores, Numbers),
    case("keras.binary_crossentropy", "", Probabilities, Soft),
    case("keras.binary_crossentropy", "from_logits=true", Scores, Binary),
    case("keras.binary_crossentropy", "label_smoothing=0.2, axis=0", Probabilities, Binary),
    case("keras.binary_focal_crossentropy", "", Probabilities, Binary),
    case("keras.binary_focal_crossentropy", "apply_class_balancing=true, alpha=0.3", Probabilities, Soft),
    case("keras.binary_focal_crossentropy", "from_logits=true, gamma=1.5", Scores, Soft),
    case("keras.binary_focal_crossentropy", "label_smoothing=0.2, axis=0", Probabilities, Binary),
    case("keras.categorical_crossentropy", "", Probabilities, Soft),
    case("keras.categorical_crossentropy", "from_logits=true", Scores, Soft),
    case("keras.categorical_crossentropy", "label_smoothing=0.2, axis=1", Probabilities, Soft).on(BLOCKS, 1),
    case("keras.sparse_categorical_crossentropy", "", Probabilities, Labels),
    case("keras.sparse_categorical_crossentropy", "from_logits=true, axis=1", Scores, Labels).on(BLOCKS, 1),
    case("keras.sparse_categorical_crossentropy", "ignore_class=1", Probabilities, Labels),
    case("keras.categorical_focal_crossentropy", "", Probabilities, Soft),
    case("keras.categorical_focal_crossentropy", "from_logits=true, gamma=1.5", Scores, Soft),
    case("keras.categorical_focal_crossentropy", "alpha=[0.5, 2, 1.25]", Scores, Soft),
    case("keras.categorical_focal_crossentropy", "label_smoothing=0.2, axis=1", Probabilities, Soft).on(BLOCKS, 1),
    case("keras.hinge", "", Scores, Signed),
    case("keras.hinge", "", Scores, Binary),
    case("keras.squared_hinge", "", Scores, Signed),
    case("keras.squared_hinge", "", Scores, Binary),
    case("keras.categorical_hinge", "", Scores, Soft),
    case("keras.dice", "", Probabilities, Soft).on(BLOCKS, 1),
    case("keras.dice", "axis=[1, 2]", Probabilities, Soft).on(IMAGES_LAST, 3),
    case("keras.tversky", "", Probabilities, Soft).on(BLOCKS, 1),
    case("keras.tversky", "axis=[1, 2], alpha=0.25, beta=0.75", Probabilities, Soft).on(IMAGES_LAST, 3),
];

/// The whole table.
pub fn all() -> impl Iterator<Item = Case> {
    let tables: [&'static [Case]; 6] = [
        LOSSES,
        LINEAR,
        const { &hinges!("hinge", "squared_hinge") },
        const { &multiclass_margins!("multiclass_hinge", "categorical_hinge") },
        const { &overlaps!("dice", "jaccard", "tversky") },
        KERAS,
    ];
    tables.into_iter().flatten().copied()
}

/// The parameters that every use of the table goes through by itself.
const SHARED: [&str; 10] = [
    "input",
    "target",
    "sample_weight",
    "mask",
    "reduction",
    "denominator",
    "empty",
    "hessian",
    "hessian_scale",
    "hessian_min",
];

/// What the table forgets: losses, parameters, words and kinds of value.
pub fn forgotten() -> Vec<String> {
    let mut forgotten = Vec::new();
    for declaration in CATALOG {
        let own = declaration.parameters().filter(|parameter| !SHARED.contains(&parameter.name));
        let name = declaration.name;
        if !all().any(|case| case.loss == name) {
            forgotten.push(name.to_owned());
        }
        for text in own.flat_map(wanted) {
            let given = |case: Case| format!(", {}", case.arguments).contains(&format!(", {text}"));
            if !all().any(|case| case.loss == name && given(case)) {
                forgotten.push(format!("{name}({text}…)"));
            }
        }
    }
    forgotten
}

/// The beginnings of arguments that must occur for a parameter.
fn wanted(parameter: &Parameter) -> Vec<String> {
    let mut wanted = Vec::new();
    let name = parameter.name;
    for word in parameter.words.iter().filter(|&&word| word != parameter.default) {
        wanted.push(format!("{name}={word}"));
    }
    for (kind, sign) in [(Kinds::NUMBERS, "["), (Kinds::INTEGERS, "["), (Kinds::OPERAND, "@")] {
        if parameter.kinds.contains(kind) {
            wanted.push(format!("{name}={sign}"));
        }
    }
    let has = |kind| parameter.kinds.contains(kind);
    if has(Kinds::BOOLEAN) {
        wanted.push(format!("{name}={}", parameter.default != "true"));
    }
    if has(Kinds::NUMBER) || has(Kinds::INTEGER) && !has(Kinds::INTEGERS) {
        wanted.push(format!("{name}="));
    }
    wanted
}

impl Case {
    pub fn declaration(&self) -> &'static Declaration {
        find(self.loss).unwrap_or_else(|| panic!("{} is not in the catalog", self.loss))
    }

    /// The words for `reduction`.
    pub fn reductions(&self) -> &'static [&'static str] {
        let reduction = self.declaration().parameters().find(|parameter| parameter.name == "reduction");
        reduction.unwrap_or_else(|| panic!("{} has no reduction", self.loss)).words
    }

    pub fn has_parameter(&self, name: &str) -> bool {
        self.declaration().parameters().any(|parameter| parameter.name == name)
    }

    /// The spec, with more arguments after those of the table.
    pub fn spec(&self, more: &str) -> String {
        let separator = if self.arguments.is_empty() || more.is_empty() { "" } else { ", " };
        format!("{}({}{separator}{more})", self.loss, self.arguments)
    }

    pub fn loss(&self, more: &str) -> Loss {
        let spec = self.spec(more);
        Loss::parse(&spec).unwrap_or_else(|error| panic!("{spec}: {error}"))
    }

    /// The label that is left out.
    fn ignored(&self) -> Option<f64> {
        let arguments = self.arguments;
        let (_, rest) = arguments.split_once("ignore_index=").or_else(|| arguments.split_once("ignore_class="))?;
        rest.split(',').next()?.parse().ok()
    }

    /// Input, target and the loss's own operand, with numbers that fit.
    pub fn given(&self, shape: &[usize], dtype: Dtype, seed: u64) -> Vec<Given> {
        let mut random = Random::new(seed);
        let count = shape.iter().product();
        let mut input = match self.input {
            Scores => random.numbers(count, -2.5, 2.5),
            Probabilities | LogProbabilities => random.numbers(count, 0.1, 0.9),
        };
        if self.input == LogProbabilities {
            // On a grid, because the logarithm of each system's C library may differ in the last bit.
            input.iter_mut().for_each(|number| *number = (number.ln() * 1_048_576.0).round() / 1_048_576.0);
        }
        let mut given = vec![Given::new("input", Array::new(dtype, shape, &input))];
        let classes = self.class_count(shape);
        if self.target != Target::None {
            given.push(Given::new("target", self.targets(shape, dtype, &mut random)));
        }
        if self.has_parameter("weight") {
            let weights = random.numbers(classes * shape[self.classes], -1.0, 1.0);
            given.push(Given::new("weight", Array::new(dtype, &[classes, shape[self.classes]], &weights)));
        }
        for name in ["class_weight", "pos_weight"] {
            if self.arguments.contains(&format!("{name}=@{name}")) {
                let weights = random.numbers(classes, 0.5, 2.0);
                given.push(Given::new(name, Array::new(dtype, &[classes], &weights)));
            }
        }
        if self.arguments.contains("bias=@bias") {
            given.push(Given::new("bias", Array::new(dtype, &[classes], &random.numbers(classes, -1.0, 1.0))));
        }
        given
    }

    /// The number of classes of an input of this shape. A layer has one fewer than its input has numbers.
    pub fn class_count(&self, shape: &[usize]) -> usize {
        shape[self.classes] - usize::from(self.has_parameter("weight"))
    }

    fn targets(&self, shape: &[usize], dtype: Dtype, random: &mut Random) -> Array {
        let mut own = shape.to_vec();
        let classes = self.class_count(shape);
        if self.target == Labels {
            own.remove(self.classes);
        }
        let mut number = || match self.target {
            Numbers => random.between(-2.5, 2.5),
            Binary => random.below(2) as f64,
            Signed => random.below(2) as f64 * 2.0 - 1.0,
            Labels => random.below(classes) as f64,
            Soft | Target::None => random.between(0.05, 0.95),
        };
        let mut numbers: Vec<f64> = (0..own.iter().product()).map(|_| number()).collect();
        if let Some(ignored) = self.ignored() {
            numbers.iter_mut().step_by(3).for_each(|number| *number = ignored);
        }
        Array::new(if self.target == Labels { Dtype::I64 } else { dtype }, &own, &numbers)
    }

    /// A sample weight and a mask for what `given` returned; the spec must bind them, which [`Case::WEIGHED`] does for
    /// all.
    pub fn weights(&self, given: &[Given], dtype: Dtype, seed: u64) -> [Given; 2] {
        let mut random = Random::new(seed);
        let shape = given[0].array.shape();
        let elements = value_shape(&self.loss("reduction=none"), given).expect("operands that fit");
        let weights = random.numbers(elements.iter().product(), 0.25, 2.0);
        let mut masked = elements.clone();
        if ["dice", "jaccard", "tversky"].contains(&self.loss) {
            // The mask of a region is one of pixels.
            masked = shape.to_vec();
            masked.remove(self.classes);
        }
        let mask: Vec<f64> = (0..masked.iter().product()).map(|index: usize| f64::from(index % 5 != 2)).collect();
        [
            Given::new("sample_weight", Array::new(dtype, &elements, &weights)),
            Given::new("mask", Array::new(Dtype::U8, &masked, &mask)),
        ]
    }

    /// Binds the operands of [`Case::weights`], also where they are not bound by default.
    pub const WEIGHED: &str = "sample_weight=@sample_weight, mask=@mask";
}
