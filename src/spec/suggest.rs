//! What the writer of a text may have meant: the nearest name, or else a list of the names there are.

use strsim::osa_distance;

/// A longer word than any name; nothing near it is worth the search.
const LONGEST: usize = 64;

/// The candidate nearest to a word, if any is near. A candidate is a key to compare with and a result.
///
/// Case, underscores and a trailing `Loss` do not count, so `CrossEntropyLoss` is next to `cross_entropy`. A word that
/// is a part of a key comes after all that differ in a few letters.
pub(super) fn nearest<T>(word: &str, candidates: impl IntoIterator<Item = (&'static str, T)>) -> Option<T> {
    const PART: usize = LONGEST;
    if word.len() > LONGEST {
        return None;
    }
    let word = plain(word);
    let rank = |key: &str| {
        let key = plain(key);
        let distance = osa_distance(&word, &key);
        let near = distance <= (word.len().min(key.len()) / 3).max(1) && distance < key.len().max(word.len());
        let part = word.len() >= 4 && key.contains(&word) || key.len() >= 4 && word.contains(&key);
        match (near, part) {
            (true, _) => Some(distance),
            (false, true) => Some(PART + distance),
            (false, false) => None,
        }
    };
    let ranked = candidates.into_iter().filter_map(|(key, result)| Some((rank(key)?, result)));
    ranked.min_by_key(|(rank, _)| *rank).map(|(_, result)| result)
}

/// The word as it is compared.
fn plain(word: &str) -> String {
    let lower: String = word.chars().filter(|&character| character != '_').collect::<String>().to_lowercase();
    match lower.strip_suffix("loss") {
        Some(stem) if !stem.is_empty() => stem.to_owned(),
        _ => lower,
    }
}

/// The end of a sentence about an unknown name: the suggestion, or else the names there are, in at most `limit` bytes.
pub(super) fn hint(suggestion: Option<&str>, names: &[&str], limit: usize) -> String {
    match suggestion {
        Some(name) => format!("; did you mean '{name}'?"),
        None if names.is_empty() => String::new(),
        None => format!("; accepted: {}", listing(names, limit)),
    }
}

/// The names, separated by commas; where they do not fit, the first of them and an ellipsis.
pub(super) fn listing(names: &[&str], limit: usize) -> String {
    let whole = names.join(", ");
    if whole.len() <= limit {
        return whole;
    }
    let mut list = String::new();
    for name in names {
        if list.len() + name.len() + ", …".len() > limit {
            break;
        }
        list.push_str(name);
        list.push_str(", ");
    }
    list.push('…');
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 8] =
        ["mse", "mae", "huber", "cross_entropy", "label_smoothing", "ignore_index", "class_weight", "l1"];

    fn near(word: &str) -> Option<&'static str> {
        nearest(word, NAMES.map(|name| (name, name)))
    }

    #[test]
    fn a_slip_of_the_finger_is_recognised() {
        assert_eq!(near("hubr"), Some("huber"));
        assert_eq!(near("lable_smoothing"), Some("label_smoothing"));
        assert_eq!(near("mes"), Some("mse"));
        assert_eq!(near("ignore_idx"), Some("ignore_index"));
    }

    #[test]
    fn other_spellings_are_the_same_name() {
        assert_eq!(near("CrossEntropyLoss"), Some("cross_entropy"));
        assert_eq!(near("MSE"), Some("mse"));
        assert_eq!(near("mse_loss"), Some("mse"));
        assert_eq!(near("L1Loss"), Some("l1"));
    }

    #[test]
    fn a_part_of_a_name_is_recognised_last() {
        assert_eq!(near("smoothing"), Some("label_smoothing"));
        assert_eq!(near("entropy"), Some("cross_entropy"));
        assert_eq!(nearest("huber", [("huber_like", 1), ("hubers", 2)]), Some(2));
    }

    #[test]
    fn nothing_is_near_to_something_else() {
        for word in ["foo", "x", "", "_", "loss", "wasserstein"] {
            assert_eq!(near(word), None, "{word}");
        }
        assert_eq!(near(&"mse".repeat(30_000)), None);
    }

    #[test]
    fn lists_say_when_they_are_cut() {
        assert_eq!(listing(&["mse", "mae"], 8), "mse, mae");
        assert_eq!(listing(&["mse", "mae", "huber"], 13), "mse, mae, …");
        assert_eq!(listing(&["a_long_name", "another"], 8), "…");
        assert!(listing(&NAMES, 30).len() <= 30);
    }

    #[test]
    fn hints() {
        assert_eq!(hint(Some("mse"), &["mse", "mae"], 9), "; did you mean 'mse'?");
        assert_eq!(hint(None, &["mse", "mae"], 9), "; accepted: mse, mae");
        assert_eq!(hint(None, &[], 9), "");
    }
}
