//! Other frameworks' vocabularies: their names, parameters, defaults and conventions on losskit's own engine, so that a
//! line from a model's training code gives the same number.

pub mod keras;
