//! Masks whose foreground is known.

use super::*;

/// Images of 16 x 16 pixels; the first `foreground` pixels of each of `filled` images belong to class 1.
fn masks(images: usize, filled: usize, foreground: usize) -> Vec<f64> {
    let pixel = |index: usize| f64::from(u8::from(index / 256 < filled && index % 256 < foreground));
    (0..images * 256).map(pixel).collect()
}

#[test]
fn a_tiny_foreground_adds_dice() {
    let target = tensor(&[10, 1, 16, 16], masks(10, 10, 4));
    let advice = ask(Task::Segmentation, Output::Logits, Some(&target), None);
    let list = specs(&advice);
    assert_eq!(list[0], "0.5*bce + 0.5*dice(activation=sigmoid)");
    assert_eq!(list[1], "tversky(activation=sigmoid, alpha=0.3, beta=0.7)");
    assert_eq!(list[2], "bce(pos_weight=63)");
    assert_eq!(list[3], "bce");
    assert_eq!(fact(&advice, "foreground_share"), 4.0 / 256.0);
    assert_eq!(fact(&advice, "empty_mask_count"), 0.0);
    assert!(reason(&advice, 0).contains("1.56 %"), "{}", reason(&advice, 0));
}

#[test]
fn an_ample_foreground_keeps_the_pixel_loss() {
    let target = tensor(&[10, 1, 16, 16], masks(10, 10, 128));
    let advice = ask(Task::Segmentation, Output::Logits, Some(&target), None);
    let expected = ["bce", "0.5*bce + 0.5*dice(activation=sigmoid)", "dice(activation=sigmoid)"];
    assert_eq!(specs(&advice), expected);
    assert_eq!(fact(&advice, "foreground_share"), 0.5);
}

#[test]
fn masks_without_a_channel_name_their_axes() {
    let target = tensor(&[10, 16, 16], masks(10, 10, 4));
    let advice = ask(Task::Segmentation, Output::Logits, Some(&target), None);
    assert_eq!(specs(&advice)[0], "0.5*bce + 0.5*dice(activation=sigmoid, axis=[1, 2])");
    let prediction = tensor(&[10, 16, 16], masks(10, 10, 9).iter().map(|one| one * 4.0 - 2.0).collect());
    let advice = ask(Task::Segmentation, Output::Logits, Some(&target), Some(&prediction));
    assert_eq!(specs(&advice)[0], "0.5*bce + 0.5*dice(activation=sigmoid, axis=[1, 2])");
}

#[test]
fn empty_masks_are_counted_and_pooled() {
    let target = tensor(&[10, 1, 16, 16], masks(10, 6, 4));
    let advice = ask(Task::Segmentation, Output::Logits, Some(&target), None);
    assert_eq!(fact(&advice, "empty_mask_count"), 4.0);
    assert_eq!(specs(&advice)[0], "0.5*bce + 0.5*dice(activation=sigmoid, batch=true)");
    assert!(reason(&advice, 0).contains("4 of the masks are empty") && reason(&advice, 0).contains("40 %"));
    let nothing = ask(Task::Segmentation, Output::Logits, Some(&tensor(&[2, 1, 16, 16], masks(2, 0, 0))), None);
    assert_eq!(specs(&nothing), ["bce"]);
}

#[test]
fn labels_of_several_classes_use_softmax() {
    let labels: Vec<f64> = (0..4 * 256).map(|index| [3.0, 2.0, 1.0, 0.0][(index % 256 / 4).min(3)]).collect();
    let target = tensor(&[4, 16, 16], labels.clone());
    let both = "0.5*cross_entropy + 0.5*dice(activation=softmax, include_background=false)";
    let advice = ask(Task::Segmentation, Output::Logits, Some(&target), None);
    assert_eq!(specs(&advice)[0], both);
    assert_eq!(fact(&advice, "class_0_count"), 4.0 * 244.0);
    assert_eq!(specs(&advice)[2], "cross_entropy(class_weight=[0.2623, 16, 16, 16])");
    let one_hot = |index: usize| {
        let (image, class, pixel) = (index / 1024, index / 256 % 4, index % 256);
        f64::from(u8::from(labels[image * 256 + pixel] == class as f64))
    };
    let dense = tensor(&[4, 4, 16, 16], (0..4096).map(one_hot).collect());
    let same = ask(Task::Segmentation, Output::Logits, Some(&dense), None);
    assert_eq!(specs(&same), specs(&advice));
    assert_eq!(fact(&same, "foreground_share"), fact(&advice, "foreground_share"));

    let uniform = tensor(&[4, 4, 16, 16], vec![0.25; 4096]);
    for target in [&target, &dense] {
        let advice = ask(Task::Segmentation, Output::Probabilities, Some(target), Some(&uniform));
        let list = specs(&advice);
        assert_eq!(list[0], "0.5*cross_entropy(from=logits) + 0.5*dice(activation=softmax, include_background=false)");
        assert_eq!(list[1], "0.5*cross_entropy(from=probs) + 0.5*dice(include_background=false)");
        assert!(reason(&advice, 0).contains("0.25, a loss of 1.39"), "{}", reason(&advice, 0));
    }
}

#[test]
fn overlapping_channels_are_separate_questions() {
    let mut elements = masks(2, 2, 6);
    elements.extend(masks(2, 2, 8));
    let target = tensor(&[2, 2, 16, 16], elements);
    let advice = ask(Task::Segmentation, Output::Logits, Some(&target), None);
    assert_eq!(specs(&advice)[0], "0.5*bce + 0.5*dice(activation=sigmoid)");
    assert!(reason(&advice, 0).contains("2 masks per image"));
    assert!(specs(&advice)[2].starts_with("focal("));
}

#[test]
fn two_classes_may_be_asked_for() {
    let target = tensor(&[4, 16, 16], masks(4, 4, 100));
    let advice = ask_all(Task::Segmentation, Output::Logits, Some(2), Some(&target), None).unwrap();
    check(&advice, true);
    assert_eq!(specs(&advice)[0], "cross_entropy");
}

#[test]
fn a_label_mask_needs_the_channel_of_its_prediction() {
    let target = tensor(&[2, 16, 16], masks(2, 2, 9));
    let error =
        refused(Task::Segmentation, Output::Logits, Some(&target), Some(&tensor(&[2, 1, 16, 16], vec![0.5; 512])));
    assert!(error.message.contains("[2, 16, 16]") && error.message.contains("[2, 1, 16, 16]"));
}

#[test]
fn nothing_shown_is_said() {
    let advice = ask_all(Task::Segmentation, Output::Logits, Some(4), None, None).unwrap();
    assert_eq!(specs(&advice), ["0.5*cross_entropy + 0.5*dice(activation=softmax)", "cross_entropy"]);
    assert!(reason(&advice, 0).contains("No targets were shown"));
    let advice = ask(Task::Segmentation, Output::Unknown, None, None);
    assert_eq!(specs(&advice)[0], "0.5*bce + 0.5*dice(activation=sigmoid)");
}
