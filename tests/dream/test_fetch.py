"""Downloads from a server on this machine."""

import contextlib
import hashlib
import http.server
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import torch
from requests import Response
from safetensors.torch import load_file

from livedream.dream.build import random_weights
from livedream.dream.catalog import network_info, network_names
from livedream.dream.fetch import _check_secure, fetch, install
from livedream.dream.loading import load_network
from livedream.dream.network_info import NetworkInfo
from livedream.errors import InputError


@dataclass
class Publisher:
    """What a server answers: a status, a promised length and a body."""

    body: bytes = b""
    status: int = 200
    promised: int | None = None
    address: str = ""


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    answer = Publisher()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(answer.status)
            self.send_header("Content-Length", str(answer.promised or len(answer.body)))
            self.end_headers()
            with contextlib.suppress(OSError):  # who asked may have gone
                self.wfile.write(answer.body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        answer.address = f"http://127.0.0.1:{server.server_address[1]}/weights.pth"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield answer
        server.shutdown()
        thread.join()


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    file = tmp_path_factory.mktemp("published") / "weights.pth"
    torch.save(random_weights(network_info("squeezenet1_1"), 0), file)
    return file.read_bytes()


@pytest.fixture
def info(publisher: Publisher, published: bytes, tmp_path: Path) -> NetworkInfo:
    """SqueezeNet as that server publishes it."""
    publisher.body = published
    return replace(
        network_info("squeezenet1_1"),
        file=tmp_path / "networks" / "weights.pth",
        address=publisher.address,
        sha256=hashlib.sha256(published).hexdigest(),
    )


def refused(info: NetworkInfo, words: str) -> str:
    """Expect a sentence, and that nothing is left behind."""
    with pytest.raises(InputError, match=words) as told:
        fetch(info)
    assert "\n" not in str(told.value)
    assert list(info.file.parent.iterdir()) == []
    return str(told.value)


class Count:
    """A bar that counts."""

    def __init__(self) -> None:
        self.total, self.done, self.closed = 0.0, 0, False

    def update(self, size: int) -> None:
        self.done += size

    def reset(self) -> None:
        self.done = 0

    def close(self) -> None:
        self.closed = True


@pytest.mark.parametrize("digits", [64, 8, 0])
def test_published_weights_are_checked_and_put_in_place(
    info: NetworkInfo, published: bytes, digits: int
) -> None:
    bar = Count()
    assert fetch(replace(info, sha256=info.sha256[:digits]), bar) == info.file
    assert info.file.read_bytes() == published
    assert [file.name for file in info.file.parent.iterdir()] == ["weights.pth"]
    assert bar.total == bar.done == len(published)
    assert bar.closed
    load_network(info)


@pytest.mark.parametrize("digits", [64, 8])
def test_what_is_not_what_was_published_is_not_kept(
    info: NetworkInfo, publisher: Publisher, digits: int
) -> None:
    publisher.body = publisher.body[:-1] + b"?"
    found = hashlib.sha256(publisher.body).hexdigest()[:8]
    told = refused(replace(info, sha256=info.sha256[:digits]), "another file than the published one")
    assert publisher.address in told
    assert f"its SHA-256 begins with {found}, not {info.sha256[:8]}" in told


@pytest.mark.parametrize("body", [b"", b"<html>moved</html>", b"PK\x03\x04"])
def test_without_a_known_checksum_it_must_fit(info: NetworkInfo, publisher: Publisher, body: bytes) -> None:
    publisher.body = body
    told = refused(replace(info, sha256=""), "is damaged .*; try again later$")
    assert told.startswith(f"what {publisher.address} sent is damaged (")


def test_another_network_is_not_kept(info: NetworkInfo, publisher: Publisher, tmp_path: Path) -> None:
    torch.save({"conv1.weight": torch.zeros(2)}, tmp_path / "other.pth")
    publisher.body = (tmp_path / "other.pth").read_bytes()
    told = refused(replace(info, sha256=""), "is not the network squeezenet1_1")
    assert told.startswith(f"what {publisher.address} sent is not the network")


def test_a_download_that_breaks_off_leaves_nothing(info: NetworkInfo, publisher: Publisher) -> None:
    publisher.promised = len(publisher.body)
    publisher.body = publisher.body[: len(publisher.body) // 2]
    refused(info, "cannot be downloaded|another file than the published one")


@pytest.mark.parametrize("status", [404, 503])
def test_a_server_that_refuses_is_told_with_the_place_to_put_it(
    info: NetworkInfo, publisher: Publisher, status: int
) -> None:
    publisher.status = status
    told = refused(info, f"the server answered {status}")
    assert told.startswith(publisher.address)
    assert told.endswith(f"save it as {info.file}")


def test_a_server_that_cannot_be_reached_is_told_with_the_place_to_put_it(info: NetworkInfo) -> None:
    address = "http://127.0.0.1:9/weights.pth"  # nobody listens there
    told = refused(replace(info, address=address), "it cannot be reached: is this machine online")
    assert told.startswith(address)
    assert told.endswith(f"save it as {info.file}")


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # a socket left open
def test_what_keeps_a_person_from_waiting_leaves_nothing(info: NetworkInfo) -> None:
    class Impatient(Count):
        def update(self, size: int) -> None:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch(info, Impatient())
    assert list(info.file.parent.iterdir()) == []


def test_a_network_without_an_address_says_what_to_do() -> None:
    with pytest.raises(
        InputError, match=r"not downloaded; install its weights: .* get mobilenet_v1 --file FILE"
    ):
        fetch(network_info("mobilenet_v1"))


def test_a_place_that_cannot_be_written_is_told(info: NetworkInfo, tmp_path: Path) -> None:
    (tmp_path / "networks").write_text("in the way")
    with pytest.raises(InputError, match=r"weights\.pth cannot be written"):
        fetch(info)


def test_one_s_own_weights_are_put_beside_the_published(
    info: NetworkInfo, published: bytes, tmp_path: Path
) -> None:
    mine = tmp_path / "mine.pth"
    mine.write_bytes(published)
    place = install(info, mine)
    assert place == info.file.parent / "squeezenet1_1.safetensors" == info.own_place
    assert set(load_file(place)) == set(info.plan.tensors())
    assert mine.is_file()
    load_network(replace(info, file=place))


def test_what_does_not_fit_takes_no_one_s_place(info: NetworkInfo, published: bytes, tmp_path: Path) -> None:
    mine = tmp_path / "mine.pth"
    mine.write_bytes(published)
    before = install(info, mine).read_bytes()
    mine.write_bytes(published[:1000])
    with pytest.raises(InputError, match=r"mine\.pth is damaged .*; give another file"):
        install(info, mine)
    assert info.own_place.read_bytes() == before
    assert list(info.file.parent.iterdir()) == [info.own_place]


def test_the_embedded_network_takes_no_other_weights(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="embedded comes with livedream"):
        install(network_info("embedded"), tmp_path / "mine.pth")


WITHOUT_CHECKSUM = ("bvlc_googlenet", "googlenet_places205", "googlenet_places365", "googlenet_cars", "nin")
"""Whoever has converted these publishes none: they are checked for fitting, layer by layer."""


@pytest.mark.parametrize("name", [name for name in network_names() if network_info(name).address])
def test_what_is_published_comes_over_tls_and_its_checksum_is_known(name: str) -> None:
    info = network_info(name)
    assert info.address.startswith("https://")
    # torchvision publishes the first eight digits, in the file's name.
    assert len(info.sha256) in ((0,) if name in WITHOUT_CHECKSUM else (8, 64))


def answer(address: str, status: int = 200, location: str = "") -> Response:
    made = Response()
    made.url, made.status_code = address, status
    made.headers.update({"Location": location} if location else {})
    return made


@pytest.mark.parametrize("location", ["http://mirror.example/weights.pth", "//mirror.example/weights.pth"])
def test_an_encrypted_address_that_sends_to_an_open_one_is_not_followed(location: str) -> None:
    if location.startswith("http:"):
        with pytest.raises(InputError, match="which is not encrypted, so nothing was downloaded"):
            _check_secure(answer("https://here.example/a.pth", 302, location))
    else:
        _check_secure(answer("https://here.example/a.pth", 302, location))


def test_an_open_answer_to_an_encrypted_question_is_refused() -> None:
    _check_secure(answer("https://here.example/a.pth"))
    with pytest.raises(InputError, match="not encrypted"):
        _check_secure(answer("http://here.example/a.pth"))


def test_a_download_over_tls_is_watched_from_answer_to_answer(
    info: NetworkInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[dict[str, object]] = []

    class Downloader:
        def __init__(self, **options: object) -> None:
            asked.append(options)

        def __call__(self, address: str, file: str, _: object) -> None:
            Path(file).write_bytes(b"")

    monkeypatch.setattr("pooch.HTTPDownloader", Downloader)
    with pytest.raises(InputError):
        fetch(replace(info, address="https://here.example/a.pth"))
    assert asked[0]["hooks"] == {"response": _check_secure}
