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
not reach that rate.
"""

STAGES = """\
A film of the clouds at {size}, H.264, the default preset, {number_format}; one stage after the other,
nothing beside them, so that each has all cores. (In a show the stages of several frames run side by
side: see below.) *shrink* makes the picture at working size and the grey one; *motion* is the warm
start. The kernel's floor is its gradients, once a frame. The flow is a search, and H.264 and JPEG
compress: a copy is a floor that no such work comes near. Windows and virtual cameras need a display
and a device, and are not measured here.
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

Shows as fast as they can were measured before a frame was read when it is asked for, and not ahead. In
turn on two slower cores without bfloat16 that brought p50 from 125 to 64 ms at the same rate. The paced
one was measured before a film was read shortly before a frame is due, and the smallest octave rolled as it
is resized: there, in turn, all else stopped, six runs each, p50 27.4 to 27.0 ms, p95 33.7 to 32.1, while a
frame took 22 as fast as it can.

What bounds the rate on two cores: a frame's chain (warm start, kernel, residual, look: the next frame's
waits for it) takes all but 0.6 ms of the 14.9 between two frames, and meanwhile both cores are busy with
it and with decoding, shrinking, flow and composing of other frames: 27.5 ms of processor a frame, against
23.9 where there is but one core. The warm start takes 5.4 ms in that crowd and 2.2 by itself. Twice the
rate of one core, 84 a second, is what two could make if no thread waited for another. The kernel is more
than half of it, 12.0 ms on one thread, two times 8.0 on two, whose many small layers wait for each other.
On one thread it costs less and the chain takes a third longer: 50 frames a second. Without gain, too:
decoding and composing held back while the kernel runs, priorities, composing by sixteen-bit numbers; and
the small octave of the next frame on one core beside the large one of this frame on the other, one thread
each, from a dream that is one step older: what is saved in waiting goes to work that is done twice (its
own warm start, two engines' ways in and out), and no core is fuller: between 0.8 and 1.15 times the rate,
in turn, as the machine's own speed swings. Nor do threads that are not bound to cores help, nor larger
steps between octaves: with a ratio of 1.8 in place of 1.6 people keep less of their dream as they move.
Both octaves of one frame side by side, one thread each, the small one's growth added at the end and not
seen by the large one: the judge's gain stays (0.633 for 0.638), its survival is 0.727 for 0.779, the kernel
takes 9 % less processor and as long as before, which is 4 % of a frame's processor: not worth two engines.
No layer of the network can be left out, and of its trunk no more than an eighth of the channels, without
training it anew. Narrowed to 48, 96 and 224 channels in place of 64, 128 and 256, the kernel takes 0.77 of
the time, and after 13,500 steps of training the judge's gain is 0.553 for 0.638, of a person 0.40 for 0.50.
With 48 in place of 64 alone it takes 0.88 of the time; after 9000 steps the gain is 0.581, of a person 0.43.

The tables of this document are older than two changes, which make all of it faster: a dream of all of a head
computes its salient channels alone, 1.72 GFLOP in place of 1.87, and a residual is laid over the picture in
one go.
"""

GOALS = """\
What was aimed at, and what limits it where it is missed. Machines differ: *fast* is the one above, *slow*
an AMD EPYC of two cores without AVX-512, whose own speed swings by half.
"""

GOAL_ROWS = (
    (
        "kernel at most 1.1 times its gradients in float32",
        "1.09 fast; 1.09, 1.11 slow",
        "`benchmarks/kernel_floor.py`",
        "",
    ),
    (
        "at most 1.2 times in bfloat16",
        "1.21 fast",
        "the same",
        "resizing, rolling, smoothing and normalising take 1.4 ms beside gradients of 6.4",
    ),
    (
        "1.4 times the frames a second of f284a06, before stages ran side by side",
        "1.21 slow (34.6 for 28.5; pairs 1.16 to 1.27)",
        "`livedream bench`, both in turn, four runs each",
        "both cores are busy throughout, more than half of it with convolutions at the rate that "
        "these cores have: only a smaller network would do, see above",
    ),
    (
        "the judge's figures of that state within 3 %",
        "gain 0.638 for 0.600, scene 0.976 for 0.978, survival 0.779 for 0.795",
        "four clips of people, streets, a beach",
        "",
    ),
    (
        "latency unpaced as long as a frame takes",
        "p50 55 ms for 100 before; a frame takes 29, slow",
        "`livedream bench`",
        "a frame is dreamed while the one before is composed and the next one is prepared: three "
        "stages, each with its share of two cores",
    ),
    (
        "p95 paced at most 1.3 times what a frame takes unpaced",
        "1.34 fast; 1.44 slow, 1.9 in a slow hour",
        "`livedream bench --paced`",
        "what is left of a frame's processor time runs beside the next frame's, and the machine's own speed",
    ),
    (
        "a light preset held at twice the size for two minutes",
        "held at 376x208 at 30.0 frames a second without a change or a dropped frame for five minutes, "
        "slow; fast not measured",
        "`livedream bench --paced --soak 5 --preset lines`",
        "a frame takes 20 ms of 33, 14.8 of them the kernel, and twice the size takes 2.4 times the "
        "kernel: there is room from a kernel of some 7 ms on",
    ),
    (
        "second launch under 1.2 s, `--help` under 0.5 s, first launch of all under 6 s",
        "1.07, 0.31, 5.96 slow",
        "`benchmarks/start.py`",
        "",
    ),
)

TRIED = """\
Tried for the kernel, in turn in one process: everything but the network in OpenCV on pictures of floats
around the engine (the first idea: 8.3 and 12.8 ms in bfloat16 and float32, for 10.4 and 13.6 of the graph
as it was) against a leaner graph on lines between networks, with one roll an octave. The graph won: 6.9 ms
for 8.6 on one machine in one run, it is one implementation for all engines, and gradients stay on the
device on a GPU. OpenVINO runs one stream with a thread a core; more streams make each frame later. float16
is not offered on processors: OpenVINO computes it in float32 there, except on Xeons with AMX-FP16, which
were not at hand.
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
