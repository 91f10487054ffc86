import pytest

from livedream.dream.catalog import network_info, network_names
from livedream.dream.labels import find_label, labels
from livedream.errors import InputError


@pytest.mark.parametrize(
    ("network", "place", "name"),
    [
        ("googlenet", 0, "tench"),
        ("vgg16", 207, "golden retriever"),
        ("resnet50", 281, "tabby"),
        ("inception_v3", 985, "daisy"),
        ("squeezenet1_1", 999, "toilet tissue"),
        ("bvlc_googlenet", 134, "crane (bird)"),
        ("vgg19", 517, "crane (machine)"),
        ("googlenet_places205", 0, "abbey"),
        ("googlenet_places205", 204, "yard"),
        ("nin", 340, "zebra"),
        ("googlenet_places365", 306, "sky"),
        ("googlenet_places365", 364, "zen garden"),
    ],
)
def test_a_class_is_known_by_name_and_by_number(network: str, place: int, name: str) -> None:
    info = network_info(network)
    assert labels(info)[place] == name
    assert find_label(info, name) == find_label(info, name.upper().replace(" ", "_")) == place


@pytest.mark.parametrize("name", network_names())
def test_there_is_one_label_for_each_channel_of_the_classifier(name: str) -> None:
    info = network_info(name)
    known = labels(info)
    if not info.labels:
        assert known == ()
        return
    assert len(known) == info.layers[info.find("logits")]
    assert len({label.lower() for label in known}) == len(known)
    assert all(label and label == label.strip() and label.isprintable() for label in known)
    assert [find_label(info, label) for label in known] == list(range(len(known)))


@pytest.mark.parametrize(
    ("text", "near"),
    [("goldn retriever", "golden retriever"), ("retriever", "retriever"), ("Tabby cat", "tabby")],
)
def test_an_unknown_class_is_answered_with_near_ones(text: str, near: str) -> None:
    with pytest.raises(InputError, match=rf"has no class {text!r}; did you mean .*{near}"):
        find_label(network_info("vgg16"), text)


def test_a_class_like_no_other_is_told() -> None:
    with pytest.raises(InputError, match=r"has no class '~~~~'; there are 1000, such as tench"):
        find_label(network_info("vgg16"), "~~~~")


def test_a_network_without_a_classifier_has_no_labels() -> None:
    with pytest.raises(InputError, match="embedded has no classifier, so it has no label 'tench'"):
        find_label(network_info("embedded"), "tench")


def test_classes_without_names_have_numbers() -> None:
    info = network_info("googlenet_cars")
    assert info.classes == 431
    with pytest.raises(
        InputError,
        match="the classes of the network googlenet_cars have numbers only; give 0 to 430, not 'audi'",
    ):
        find_label(info, "audi")
