"""The decoders that see the transparency of WebM, which FFmpeg's own leave out."""

from __future__ import annotations

import av

ALPHA_DECODERS = {"vp8": "libvpx", "vp9": "libvpx-vp9"}
"""Kind of video -> its decoder that also decodes the alpha, which lies beside each picture."""


def alpha_decoder(stream: av.VideoStream) -> av.VideoCodecContext | None:
    """Return a decoder for a stream that declares an alpha beside its pictures; None if it needs none.

    Also None if this FFmpeg has no such decoder.
    """
    declared = {key.lower(): value for key, value in stream.metadata.items()}
    name = ALPHA_DECODERS.get(stream.codec.canonical_name)
    if name is None or declared.get("alpha_mode", "0") == "0":
        return None
    try:
        decoder = av.CodecContext.create(name, "r")
    except (av.FFmpegError, ValueError):
        return None
    assert isinstance(decoder, av.VideoCodecContext)
    own = stream.codec_context
    decoder.extradata, decoder.thread_count = own.extradata, own.thread_count
    decoder.width, decoder.height = own.width, own.height
    return decoder
