//! Residuals whose distribution is known.

use super::*;

/// Targets and predictions with these residuals.
fn with_residuals(residuals: Vec<f64>) -> Advice {
    let target: Vec<f64> = (0..residuals.len()).map(|index| index as f64 * 0.25).collect();
    let prediction = target.iter().zip(&residuals).map(|(target, residual)| target + residual).collect();
    ask(Task::Regression, Output::Unknown, Some(&vector(target)), Some(&vector(prediction)))
}

#[test]
fn normal_residuals_keep_mse() {
    let mut random = Random(1);
    let advice = with_residuals((0..2000).map(|_| 3.0 * random.normal() + 5.0).collect());
    assert_eq!(specs(&advice)[0], "mse");
    assert!((fact(&advice, "mad_scale") - 3.0).abs() < 0.2);
    assert!((fact(&advice, "residual_median") - 5.0).abs() < 0.3);
    assert!(fact(&advice, "outlier_share") < 0.01);
    assert!((fact(&advice, "huber_delta") - 1.345 * fact(&advice, "mad_scale")).abs() < 0.01);
    // The textbook values for a normal distribution are 1, 1.05 and 1.57.
    assert!((fact(&advice, "mse_variance") - 1.0).abs() < 0.15);
    assert!((fact(&advice, "huber_variance") - 1.05).abs() < 0.15);
    assert!((fact(&advice, "mae_variance") - 1.57).abs() < 0.4);
    assert!(specs(&advice)[1].starts_with("huber(delta="));
    assert!(specs(&advice).contains(&"mae"));
}

#[test]
fn contaminated_residuals_ask_for_huber() {
    let mut random = Random(2);
    let residual = |index: usize| if index.is_multiple_of(10) { 60.0 * random.normal() } else { 2.0 * random.normal() };
    let advice = with_residuals((0..3000).map(residual).collect());
    let delta = fact(&advice, "huber_delta");
    assert_eq!(specs(&advice), [format!("huber(delta={delta})").as_str(), "mae", "mse"]);
    // A tenth of contamination lifts the scale of the clean part, 2, by about an eighth.
    assert!((2.6..3.4).contains(&delta), "{delta}");
    assert!(fact(&advice, "outlier_share") > 0.07);
    assert!(fact(&advice, "outlier_square_share") > 0.9);
    assert!(reason(&advice, 0).contains("0.27 %"), "{}", reason(&advice, 0));
    assert!(reason(&advice, 2).contains("naive"));
}

#[test]
fn heavy_tails_ask_for_mae() {
    let mut random = Random(3);
    let advice = with_residuals((0..5000).map(|_| random.laplace()).collect());
    assert_eq!(specs(&advice)[0], "mae");
    let cauchy = (0..5000).map(|_| random.normal() / random.normal()).collect();
    assert_eq!(specs(&with_residuals(cauchy))[0], "mae");
    let third = |index: usize| if index.is_multiple_of(3) { 1000.0 + random.normal() } else { random.normal() };
    assert_eq!(specs(&with_residuals((0..5000).map(third).collect()))[0], "mae");
}

#[test]
fn one_odd_value_in_a_few_is_no_pattern() {
    let mut random = Random(4);
    let mut residuals: Vec<f64> = (0..20).map(|_| random.normal()).collect();
    residuals[7] = 1e6;
    let advice = with_residuals(residuals);
    assert_eq!(specs(&advice)[0], "mse");
    assert!(fact(&advice, "outlier_share") >= 0.05);
}

#[test]
fn without_predictions_the_spread_of_targets_is_judged_and_said_so() {
    let mut random = Random(5);
    let value = |index: usize| if index.is_multiple_of(8) { 900.0 } else { 100.0 + random.normal() };
    let target = vector((0..800).map(value).collect());
    let advice = ask(Task::Regression, Output::Unknown, Some(&target), None);
    assert!(specs(&advice)[0].starts_with("huber(delta="));
    assert!(reason(&advice, 0).contains("No predictions were shown"));
    assert!(reason(&advice, 0).contains("800 targets"));
    assert!(has_fact(&advice, "target_median") && !has_fact(&advice, "residual_median"));
}

#[test]
fn equal_residuals_have_no_scale() {
    let advice = with_residuals(vec![0.5; 40]);
    assert_eq!(specs(&advice), ["mse", "huber"]);
    assert_eq!(fact(&advice, "mad_scale"), 0.0);
    assert!(!has_fact(&advice, "huber_delta"));
    assert!(reason(&advice, 0).contains("40 residuals measured equal 0.5"));
}

#[test]
fn a_mad_of_zero_falls_back_to_the_values_off_the_median() {
    let mut random = Random(6);
    let target = vector((0..1000).map(|index| if index % 10 < 6 { 0.0 } else { 4.0 + random.uniform() }).collect());
    let advice = ask(Task::Regression, Output::Unknown, Some(&target), None);
    assert_eq!(fact(&advice, "mad_scale"), 0.0);
    let delta = fact(&advice, "huber_delta");
    assert!((1.345 * 1.4826 * 4.5 - delta).abs() < 0.3, "{delta}");
    assert!(reason(&advice, 0).contains("MAD is 0"));
}

#[test]
fn more_than_a_million_residuals_are_drawn_from() {
    let target = tensor(&[1_200_000], (0..1_200_000).map(|index| (index % 7) as f64).collect());
    let advice = ask(Task::Regression, Output::Unknown, Some(&target), None);
    assert_eq!(fact(&advice, "sample_count"), 1_200_000.0);
    assert_eq!(fact(&advice, "measured_count"), 1_000_000.0);
    assert_eq!(fact(&advice, "target_median"), 3.0);
    assert!(reason(&advice, 0).contains("drawn evenly from 1200000"));
}

#[test]
fn nothing_shown_is_said() {
    let advice = ask(Task::Regression, Output::Unknown, None, None);
    assert_eq!(specs(&advice), ["mse", "huber", "mae"]);
    for recommendation in &advice.recommendations {
        assert!(recommendation.reason.contains("No targets were shown"));
    }
    assert!(advice.evidence.is_empty());
    let advice = ask(Task::Regression, Output::Unknown, Some(&vector(vec![])), Some(&vector(vec![])));
    assert!(reason(&advice, 0).contains("empty (0 elements)"));
    let advice = ask(Task::Regression, Output::Unknown, None, Some(&vector(vec![1.0; 12])));
    assert!(reason(&advice, 0).contains("12 predictions"));
}
