import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedream.dream.catalog import network_info
from livedream.dream.inputs import controls
from livedream.dream.taps import Tap, sequence_weights, taps_of
from livedream.errors import InputError
from livedream.settings import DreamSettings

INFO = network_info("embedded")


def taps(**words: object) -> list[Tap]:
    return taps_of(DreamSettings(**words), INFO)  # type: ignore[arg-type]


def weight(tap: Tap, dream: DreamSettings, time_s: float = 0.0) -> np.ndarray:
    return controls([tap], dream, INFO, time_s)[0]


def test_without_a_wish_the_default_layer_dreams() -> None:
    assert taps() == [Tap("even", "head.8", salient=True)]
    assert taps(objective="mean") == [Tap("mean", "head.8", salient=True)]


@pytest.mark.parametrize(
    "words",
    [
        {"channels": {"eyes": {3: 1.0}}},
        {"without": {"head.8": [3]}},
        {"without": {"eyes": []}},
        {"rank": "strongest"},
        {"channel_groups": 3},
        {"content_layers": {"eyes": 1.0}},
    ],
)
def test_what_picks_among_channels_or_compares_them_has_all_of_them(words: dict[str, object]) -> None:
    found = taps(layers={"eyes": 1.0, "creatures": 1.0}, **words)
    assert not any(tap.salient for tap in found if tap.layer == "head.8")
    one_by_one = "channels" in words or "without" in words or "content_layers" in words
    assert [tap.salient for tap in found if tap.layer == "head.11"] == [one_by_one]


def test_a_tap_counts_its_channels() -> None:
    assert Tap("even", "head.8").channels(INFO) == 512
    assert Tap("even", "head.8", salient=True).channels(INFO) == len(INFO.salient["head.8"]) == 256


def test_an_engine_of_the_salient_channels_is_fed_those_of_what_is_picked_now() -> None:
    tap = Tap("even", "head.8", salient=True)
    first, other = INFO.salient["head.8"][0], next(n for n in range(512) if n not in INFO.salient["head.8"])
    given = weight(tap, DreamSettings(layers={"eyes": 2.0}, channels={"eyes": {first: 0.5, other: 1.0}}))
    assert given.shape == (1, 256, 1, 1)
    assert given[0, 0] == 1.0
    assert given[0, 1:].max() == 0
    assert (weight(tap, DreamSettings(layers={"eyes": 2.0})) == 2.0).all()


@pytest.mark.parametrize("words", [{"guide": "a.png"}, {"style": "a.png"}, {"sequence": ("lines", "eyes")}])
def test_with_another_wish_it_does_not(words: dict[str, object]) -> None:
    found = taps(**words)
    assert ("even" in {tap.objective for tap in found}) == ("sequence" in words)
    both = taps(layers={"patterns": 1.0}, **words)
    assert Tap("even", "head.6") in both


def test_a_guide_is_followed_at_the_patterns_or_at_those_named() -> None:
    assert taps(guide="a.png") == [Tap("guide", "head.6")]
    vgg = network_info("vgg16")
    assert taps_of(DreamSettings(network="vgg16", guide="a.png"), vgg) == [Tap("guide", vgg.default_layer)]
    assert taps(guide="a.png", guide_layers={"lines": 2.0}) == [Tap("guide", "head.4")]
    dream = DreamSettings(guide="a.png", guide_layers={"lines": 2.0}, channels={"lines": {3: 1.0}})
    assert (weight(Tap("guide", "head.4"), dream) == 2.0).all(), "channels are of the layers' own objective"


def test_a_style_is_taken_from_the_image_on_down() -> None:
    found = [tap.layer for tap in taps(style="a.png")]
    assert found[0] == "image"
    assert found[-1] == "head.8"
    assert len(found) == 4
    assert found == sorted(found, key=INFO.depth)


def test_layers_of_a_guide_without_a_guide_are_not_tapped() -> None:
    assert taps(guide_layers={"lines": 1.0}, style_layers={"stem": 1.0}) == [
        Tap("even", "head.8", salient=True)
    ]
    assert Tap("content", "image") in taps(content_layers={"image": 1.0})


def test_an_unknown_layer_is_told_wherever_it_is_named() -> None:
    for word in ("layers", "content_layers"):
        with pytest.raises(InputError, match="no layer 'eyez'"):
            taps(**{word: {"eyez": 1.0}})
    with pytest.raises(InputError, match="no layer 'eyez'"):
        taps(sequence=("eyes", "eyez"))


def test_what_goes_into_a_layer_is_named_wherever_layers_are() -> None:
    before = {"before_eyes": 1.0}
    assert taps(layers=before) == [Tap("even", "block.7")]
    assert taps(sequence=("before_eyes", "lines")) == [Tap("even", "head.4"), Tap("even", "block.7")]
    assert taps(guide="a.png", guide_layers=before) == [Tap("guide", "block.7")]
    assert taps(style="a.png", style_layers=before) == [Tap("style", "block.7")]
    assert Tap("content", "block.7") in taps(content_layers=before)
    dream = DreamSettings(layers=before, channels={"before_eyes": {3: 2.0}}, without={"before_head.8": (5,)})
    assert np.flatnonzero(weight(Tap("even", "block.7"), dream)).tolist() == [3]
    both = DreamSettings(layers={"before_eyes": 1.0, "block.7": 2.0})
    assert (weight(Tap("even", "block.7"), both) == 3.0).all(), "two names of one layer add up"
    with pytest.raises(InputError, match=r"before_stem: .* use 'image'"):
        taps(content_layers={"before_stem": 1.0})


def test_channels_that_are_left_out_get_nothing_and_the_others_stay() -> None:
    dream = DreamSettings(without={"eyes": (3, 5)})
    seen = weight(Tap("even", "head.8"), dream).flatten()
    assert seen[[3, 5]].tolist() == [0.0, 0.0]
    assert np.count_nonzero(seen) == seen.size - 2
    chosen = DreamSettings(channels={"eyes": {3: 1.0, 4: 2.0}}, without={"eyes": (3,)})
    assert np.flatnonzero(weight(Tap("even", "head.8"), chosen)).tolist() == [4]
    with pytest.raises(InputError, match=r"dream.without: eyes has no channel 512"):
        weight(Tap("even", "head.8"), DreamSettings(without={"eyes": (512,)}))


LAYERS = ("lines", "patterns", "eyes")


@given(
    st.lists(st.sampled_from(LAYERS), min_size=1, max_size=5),
    st.sampled_from(["loop", "ping-pong"]),
    st.floats(0, 1),
    st.floats(0.1, 60),
    st.floats(0, 1000),
)
def test_a_sequence_always_shows_one_layer_or_two_that_fade(
    layers: list[str], mode: str, fade: float, each_s: float, time_s: float
) -> None:
    dream = DreamSettings(sequence=layers, sequence_mode=mode, sequence_fade=fade, sequence_s=each_s)  # type: ignore[arg-type]
    weights = sequence_weights(dream, time_s)
    assert sum(weights.values()) == pytest.approx(1.0)
    assert all(weight >= 0 for weight in weights.values())
    assert sum(weight > 0 for weight in weights.values()) <= 2


def shown(dream: DreamSettings, time_s: float) -> str:
    return max(sequence_weights(dream, time_s).items(), key=lambda item: item[1])[0]


def test_a_loop_starts_again_and_ping_pong_goes_back() -> None:
    loop = DreamSettings(sequence=LAYERS, sequence_s=2.0, sequence_fade=0.0)
    back = loop.model_copy(update={"sequence_mode": "ping-pong"})
    assert [shown(loop, 2.0 * n + 1) for n in range(5)] == ["lines", "patterns", "eyes", "lines", "patterns"]
    assert [shown(back, 2.0 * n + 1) for n in range(6)] == [
        "lines",
        "patterns",
        "eyes",
        "patterns",
        "lines",
        "patterns",
    ]


def test_layers_fade_into_each_other_without_a_leap() -> None:
    dream = DreamSettings(sequence=LAYERS, sequence_s=4.0, sequence_fade=0.5)
    assert sequence_weights(dream, 0.0)["lines"] == 1.0, "nothing fades in at the very start"
    assert sequence_weights(dream, 5.0) == pytest.approx({"lines": 0.5, "patterns": 0.5, "eyes": 0.0})
    times = np.linspace(0, 24, 2000)
    for layer in LAYERS:
        weights = [sequence_weights(dream, time_s)[layer] for time_s in times]
        assert np.abs(np.diff(weights)).max() < 0.01


def test_a_label_is_the_channel_of_its_class() -> None:
    info = network_info("resnet50")
    dream = DreamSettings(network="resnet50", labels=("Tabby", "207"))
    tap = Tap("label", "fc")
    assert taps_of(dream, info) == [tap]
    assert np.flatnonzero(controls([tap], dream, info, 0.0)[0]).tolist() == [207, 281]


def test_a_class_without_a_name_is_its_number() -> None:
    info = network_info("googlenet_cars")
    dream = DreamSettings(network="googlenet_cars", labels=("430",))
    (tap,) = taps_of(dream, info)
    assert tap == Tap("label", "loss2/classifier_model")
    assert np.flatnonzero(controls([tap], dream, info, 0.0)[0]).tolist() == [430]


@pytest.mark.parametrize(
    ("network", "label", "says"),
    [
        ("resnet50", "tabbi", "tabby"),
        ("resnet50", "1000", "no channel 1000"),
        ("embedded", "tabby", "no classifier"),
        ("googlenet_cars", "audi", "have numbers only"),
        ("googlenet_cars", "431", "no channel 431"),
    ],
)
def test_a_label_that_there_is_not_is_told(network: str, label: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        taps_of(DreamSettings(network=network, labels=(label,)), network_info(network))  # type: ignore[arg-type]
