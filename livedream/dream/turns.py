"""What a frame is dreamed with where octaves take turns: each comes seldom, and stays for so much longer."""

from __future__ import annotations

from livedream.settings import Settings

LIVELIER = 0.2
"""Steps are larger by this power of the number of turns: what moves loses a little of its dream in every
frame, and one that takes longer to come loses more of itself."""


def spread_settings(settings: Settings, turns: int) -> Settings:
    """Return settings with which one octave a frame dreams as deeply as all of them in each frame.

    turns: how many octaves take turns; with fewer than 2 nothing is changed. A round keeps of a dream what
    a frame would keep: q = p^(1 / turns). All octaves add s g to a frame's dream, which becomes
    s g / (1 - p) deep in time; one of them alone adds s' g / turns on the mean, which becomes
    s' g / (turns (1 - q)). So s' = s turns (1 - q) / (1 - p) = s turns / (1 + q + ... + q^(turns - 1)).
    Larger steps and the same persistence would be as deep, too, but flicker half as much again.
    """
    if turns < 2:
        return settings
    dream, motion = settings.dream, settings.motion
    share: float = motion.persistence ** (1 / turns)
    further = turns**LIVELIER * turns / sum(share**number for number in range(turns))
    return settings.model_copy(
        update={
            "dream": dream.model_copy(update={"step_size": dream.step_size * further}),
            "motion": motion.model_copy(update={"persistence": share}),
        }
    )
