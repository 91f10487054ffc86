"""What docs/performance.md says around its figures."""

from __future__ import annotations

INTRODUCTION = """\
# Performance

Measured and written by one command, on the machine that it runs on:

```
python benchmarks/performance.py --write           # minutes; --quick: under two
python benchmarks/performance.py --write --part kernel   # one part anew, the others as they are
```

Each stage stands beside its *floor*: what the machine needs at least, measured in the same run. What moves
pixels can be no faster than a copy of the bytes that it has to read and to write; the kernel no faster than
the input gradients of its octaves, which are its arithmetic. Times are medians in milliseconds; in brackets
the 10th and the 90th percentile. **~** marks what is noisy: the 90th is more than 1.25 times the 10th.
"""

KERNEL = """\
The default preset at {size}, all octaves in one call of OpenVINO. `kernel / gradients` is what the
octaves, the jitter, the smoothing, the normalising and the step cost beside the gradients; the goal is
at most 1.2 in bfloat16 and 1.1 in float32. The last column is the time of the same arithmetic at the
rate of a product of large square matrices in the same engine: layers that are narrow or depthwise do
not reach that rate. Where there is no bfloat16, the benchmark and the show have int8 in its place: most
convolutions in eight bits (`engines/eight_bits.py`), all else in float32.
"""

STAGES = """\
A film of the clouds at {size}, H.264, the default preset, {number_format}; one stage after the other,
nothing beside them, so that each has all cores. (In a show the stages of several frames run side by
side: see below.) *shrink* makes the picture at working size and the grey one; *motion* is the warm
start. The kernel's floor is its gradients, once a frame. The flow is a search, and H.264 and JPEG
compress: a copy is a floor that no such work comes near. Windows and virtual cameras need a display
and a device, and are not measured here. Following the scene behind what moves, 1.1 to 1.4 ms, was part of
*motion* up to 057ec99; it is part of *flow* since, which is done while the frame before is dreamed.
"""

SIZES = """\
In {number_format}; `INFERENCE_NUM_THREADS` of OpenVINO is the number of cores.
"""

SHOW = """\
`livedream bench` on such a film, bound to so many cores. Latency: from when a frame was decoded to the
sink. Waited: for a frame to come, and of a dreamed one to be composed. Busy: of each core, all programs
together; `livedream` is how many cores the show itself took. A paced show runs at 30 frames a second,
and the governor may choose another working size. Each line is one run of some seconds: how much it
would differ from the next one is not known.

On this machine, at this size, a second thread hardly helps the kernel: its many small layers wait for each
other, and its matrix units have little to do in each. In a slower hour a show with one thread took 1.5 to
1.7 cores in place of 1.84 and made 1.1 times the frames (0.95 to 1.19, four pairs, as the machine's own speed
swung); paced, a frame was as late. On processors without AMX, where two threads are 1.5 to 1.8 times as
fast, it is slower by a third.

What bounds the rate was looked into on two cores of an AMD EPYC with AVX-512 and bfloat16, at 67 frames a
second: a frame's chain (warm start, kernel, residual, look: the next frame's waits for it) takes all but
0.6 ms of the 14.9 between two frames, and meanwhile both cores are busy with it and with decoding,
shrinking, flow and composing of other frames: 27.5 ms of processor a frame, against 23.9 where there is but
one core. The warm start takes 5.4 ms in that crowd and 2.2 by itself. Twice the rate of one core, 84 a
second, is what two could make if no thread waited for another. The kernel is more than half of it, 12.0 ms
on one thread, two times 8.0 on two. On one thread it costs less and the chain takes a third longer: 50
frames a second. Since then two things were gained, both measured in turn on two cores of a Xeon with
AVX-512 and without bfloat16: the scene is followed before a frame's turn comes (39.4 frames a second for
37.2, six pairs), and threads that capture, prepare and compose have a niceness of 3 (1.02 to 1.09 times the
frames, in turn every two seconds of one show; with two other programs at full load as many as before, where
5 makes a tenth less). Without gain: decoding and composing held back while the kernel runs, SCHED_BATCH for
the threads beside, the fields of a warm start and of a step in strips that fit into a core's cache, arrays
that the engine reads and writes in place, composing by sixteen-bit numbers, a shorter time until Python's
threads take turns, a product added in place of a copy for a product and a sum; and the small octave of the
next frame on one core beside the large one of this frame on the other, one thread each, from a dream that
is one step older: what is saved in waiting goes to work that is done twice (its own warm start, two
engines' ways in and out), and no core is fuller: between 0.8 and 1.15 times the rate, in turn, as the
machine's own speed swings. Nor do threads that are not bound to cores help, nor larger steps between
octaves: with a ratio of 1.8 in place of 1.6 people keep less of their dream as they move. One octave a
frame, in turn (`dream.spread`), is half of the work: the judge's gain is 0.535 for 0.642, its survival
0.683 for 0.769. Both octaves of one frame side by side, one thread each, the small one's growth added at
the end and not seen by the large one: the judge's gain stays (0.633 for 0.638), its survival is 0.727 for
0.779, the kernel takes 9 % less processor and as long as before, which is 4 % of a frame's processor: not
worth two engines. No layer of the network can be left out, and of its trunk no more than an eighth of the
channels, without training it anew. Narrowed to 48, 96 and 224 channels in place of 64, 128 and 256, the
kernel takes 0.77 of the time, and after 13,500 steps of training the judge's gain is 0.553 for 0.638, of a
person 0.40 for 0.50. With 48 in place of 64 alone it takes 0.88 of the time; after 9000 steps the gain is
0.581, of a person 0.43.

In eight bits, on the Xeon with AVX-512 and without bfloat16, a frame takes 34 to 41 ms of processor, by hour:
a third of it are OpenVINO's convolutions and what is between them, another third OpenCV, a tenth each numpy
and the waiting of OpenVINO's threads for each other, a twelfth Python. The thread that dreams never rests,
and does four fifths of the kernel alone. Made lighter since: the clouds, 6.2 ms a frame of 1280x720 in place
of 8.0 in that crowd (4.0 for 5.2 by themselves), which a camera or a film does not have; a step, one pass
over memory less, 0.2 ms; a copy of what the engine gives. A show makes 1.0 to 1.1 times the frames. Its look
left to the thread that composes, and its depth known a frame later: 0.8 to 1.1 times.
"""

GOALS = """\
What was aimed at, and what limits it where it is missed. Machines differ: *Xeon* is the one above,
*AVX-512* a Xeon of two cores with that and without bfloat16, *EPYC* an AMD EPYC of two cores with AVX-512
and bfloat16, *slow* one without. The speed of all four swings by half within the hour, so that only figures
of one row belong together.
"""

GOAL_ROWS = (
    (
        "kernel at most 1.1 times its gradients in float32",
        "1.15 Xeon; 1.16 to 1.20 AVX-512 (9.5 ms for 8.2); 1.09 EPYC; 1.09, 1.11 slow. In eight bits, whose "
        "gradients take 0.76 of that: 1.20 to 1.26 AVX-512 (7.7 ms for 6.2)",
        "`benchmarks/kernel_floor.py`",
        "resizing, rolling, smoothing, normalising: 1.1 ms beside gradients of 7.0 on the Xeon",
    ),
    (
        "at most 1.2 times in bfloat16",
        "1.25 Xeon, 1.65 at first; 1.21 EPYC, before smoothing had full vectors",
        "the same",
        "the same 1.1 ms beside gradients of 4.4 on the Xeon. Where kernel and gradients take turns call by "
        "call, with caches as cold as in a show, it is 1.16, and was 1.20 before",
    ),
    (
        "1.4 times the frames a second of f284a06, before stages ran side by side",
        "1.33 Xeon (52.7 for 39.5; pairs 1.23 to 1.37); 1.21 slow (34.6 for 28.5; pairs 1.16 to 1.27), both "
        "before b4d81b5 and 679fdf7, together about 1.1 times as many, and slow before eight bits, which are "
        "for it, too; 1.42 AVX-512 with all of them (48.5 for 34.1, eight runs each; pairs 1.20 to 1.65); "
        "the medians of seven series before it that evening, of two to six runs each, were 1.21 to 1.43 "
        "times, and 1.13 to 1.33 before the clouds were made lighter; 1.11 without eight bits",
        "`livedream bench`, both in turn, four to eight runs each",
        "both cores are busy throughout, see above; AVX-512: a frame waits 13 ms for its kernel, which by "
        "itself takes 8, since its second thread shares a core with all that goes on beside",
    ),
    (
        "the judge's figures of that state within 3 %",
        "in eight bits, AVX-512, gain 0.618 for 0.603, scene 0.976 for 0.978, survival 0.742 for 0.755: "
        "means of three and of four runs, one after the other, with smoothing a thousandth apart (0.735 to "
        "0.746 and 0.742 to 0.771); in float32, one run between them, 0.625, 0.976, 0.753",
        "four clips of people, streets, a beach",
        "one clip, a street with cuts, swings: smoothing wider by a thousandth moves its gain by 0.05",
    ),
    (
        "latency unpaced as long as a frame takes",
        "p50 34.6 ms for 72.3 before; a frame takes 19, Xeon; 41 for 77; a frame takes 22, AVX-512; 55 for "
        "100; a frame takes 29, slow",
        "`livedream bench`",
        "a frame is dreamed while the one before is composed and the next one is prepared: three "
        "stages, each with its share of two cores",
    ),
    (
        "p95 paced at most 1.3 times what a frame takes unpaced",
        "1.7 Xeon (22 ms for 13.0); 1.4 AVX-512 (30, 31 ms for 21.6), 1.8 in a noisy hour (32 to 41, median "
        "37, for 20); 1.34 EPYC; 1.44 slow, 1.9 in a slow hour",
        "`livedream bench --paced`",
        "unpaced, frames overlap: on the Xeon the stages of one frame after it was decoded, each by itself, "
        "add up to 15 to 17 ms, and p95 is 1.3 to 1.5 times that; what has slept is a third slower at first",
    ),
    (
        "a light preset held at twice the size for two minutes",
        "held at 376x208 at 30.0 frames a second without a change or a dropped frame for five minutes, both, "
        "and for three on AVX-512, p50 26 and p95 32 ms",
        "`livedream bench --paced --soak 5 --preset lines`",
        "a frame takes 13 to 17 ms of 33 on the Xeon, 20 slow, and twice the size 1.9 times as long: forced, "
        "it took 68 to 83 % of the time in a calm minute of the Xeon's, and more than there is in others; "
        "the governor takes it from 13 ms on, to leave a fifth for other programs",
    ),
    (
        "second launch under 1.2 s, `--help` under 0.5 s, first launch of all under 6 s",
        "0.89, 0.25, 6.19 Xeon; 0.93, 0.36, 6.2 to 7.2 by hour (5.4 at best) AVX-512; 1.07, 0.31, 5.96 slow",
        "`benchmarks/start.py`",
        "the first launch: making the graph and its engine, 12 to 14 s of processor on two cores, while a "
        "stopgap dreams; to compile for eight bits takes 1.1 s for 0.7. The second: loading Python's modules "
        "and the engine, 1.7 s of processor",
    ),
)

EIGHT_BITS = """\
Eight bits, on the Xeon with AVX-512 and without bfloat16 and in oneDNN kept to AVX2 there: the kernel
takes 0.72 to 0.89 of float32's time, by preset, with either. What a convolution takes is rounded between
fixed ends, so what matters is how far pictures differ from the one that they were found on. Ends of the
way back from that picture alone: 0.74 of the time, but a dream of a deep layer became noise on others
(cosine to the exact one 0.88). Ends measured anew before each convolution: cosine 0.98, and 0.74 to 0.84
of the time, in an hour with other work; before those of the way up, too, 0.89. So it is levelled where the
picture's size changes: 0.77. On 13 frames of four films as a show dreams them, which differ more from the
example than its own noise does, the mean cosine is 0.961 for `eyes`, 0.950 for `swirls`, 0.958 for
`creatures`, 0.965 for `tunnel`, 0.976 for `coral` and 0.997 for `lines`. With one headroom of 1.25 both ways,
and what rounded weights shift sums by left as it was: 0.958, 0.924, 0.941, 0.953, 0.968 and 0.995. More than
half of what is left comes from the way up, where a sum that is a little off switches a ReLU; exact there, it
would be 0.976 for `eyes`, and two more exact convolutions give 0.964. Without gain: weights rounded between
ends of the least squared error, which are the full ones; means of pink noise in place
of the example's. A scale of its own for each channel of what a convolution takes, between those of
activations and weights, gives 0.972 for `eyes` where the films themselves tell the ends, and 0.88 where the
example does: that it knows too little of other dreams. The first convolutions rounded, too: a fiftieth of the
time less, far off. Depthwise ones and masks of ReLUs from bytes: nothing gained. OpenVINO leaves what is
rounded in a loop in float32, so that films of many steps are not rounded. With one thread in place of two
such a show makes as many frames with an eighth less processor, paced it is 4 to 14 ms later; what of a frame
its next one does not wait for (its look, its momentum) done beside the kernel then: nothing gained, as
Python's lock is handed around more often.
"""

TRIED = """\
Tried for the kernel, in turn in one process: everything but the network in OpenCV on pictures of floats
around the engine (the first idea: 8.3 and 12.8 ms in bfloat16 and float32, for 10.4 and 13.6 of the graph
as it was) against a leaner graph on lines between networks, with one roll an octave. The graph won: 6.9 ms
for 8.6 on one machine in one run, it is one implementation for all engines, and gradients stay on the
device on a GPU. OpenVINO runs one stream with a thread a core; more streams make each frame later. float16
is not offered on processors: on a Xeon with AVX-512 FP16 it takes twice as long as bfloat16 and half as
long again as float32 (13.0, 6.4 and 8.6 ms in one run). Smoothing along rows: three channels leave vectors
and matrix units empty (0.30 ms at 376x208 in bfloat16); groups of pixels as channels, a product with a band
of weights, take 0.085, nine shifted slices twice what both directions took. An identity in front of what is
not smoothed, so that OpenVINO keeps it in bfloat16, and a gather in place of the transpose of the last
strided layer: within 1 %.
"""

PEERS = """\
Others' figures, as they are in our notes on these systems, with their hardware. None was measured here:
they tell the order of magnitude and no more.
"""

PEER_ROWS = (
    (
        "Scope 0.2.4, live video by diffusion",
        "a consumer graphics card; 20 GB of GPU memory and more",
        "10 to 13 s of latency",
        "read in Scope 0.2.4, April 2026",
    ),
    (
        "Neural style transfer on video (VGG-16, L-BFGS on each frame)",
        "not noted",
        "8 to 9 minutes a frame",
        "our notes on its code and description",
    ),
    (
        "neural-dream on video, DeepDreamVideo, DeepDreamVideoOpticalFlow, the zoom video of Inception 5h, "
        "DeepDream Vision Quest",
        "",
        "none noted",
        "",
    ),
    (
        "livedream before its kernel was brought near its floor, at 376x208",
        "two quiet cores of an Intel Xeon with AMX",
        "kernel 10.4 ms (bfloat16), 13.6 ms (float32), its gradients 6.3 and 10.2; a frame of 1280x720 22 ms",
        "our design notes",
    ),
)

OTHERS = """\
Plain autograd doing the same work on the same cores: `python benchmarks/autograd.py --rounds 7 --exact`,
in the [README](../README.md#how-fast). GPUs: `python benchmarks/gpu.py`; see [NVIDIA GPUs](nvidia.md).
"""

MACHINE = """\
The load is the mean of the minute before. What others took is what decides: processor time of all
programs but the benchmark while it ran. On a virtual machine the host may slow it without a trace here.
"""
