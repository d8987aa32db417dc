from __future__ import annotations

import gzip
import hashlib
import http.server
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from digitscan.errors import DatasetError
from digitscan.learn import download
from digitscan.learn.datasets import FILES, load_mnist
from digitscan.learn.folders import ink_of, load_folder

CONTENT = b"what a mirror should give" * 100
SHA256 = hashlib.sha256(CONTENT).hexdigest()
PACKED = gzip.compress(CONTENT)


def idx(array: np.ndarray) -> bytes:
    header = bytes((0, 0, 8, array.ndim)) + np.array(array.shape, ">u4").tobytes()
    return header + array.astype(np.uint8).tobytes()


@pytest.fixture
def own_data(tmp_path: Path) -> Path:
    """Forty training and ten test digits in MNIST's format, half of the files packed."""
    rng = np.random.default_rng(1)
    for part, count in (("train", 40), ("t10k", 10)):
        images = rng.integers(0, 256, (count, 28, 28))
        (tmp_path / f"{part}-images-idx3-ubyte").write_bytes(idx(images))
        labels = idx(np.arange(count) % 10)
        (tmp_path / f"{part}-labels-idx1-ubyte.gz").write_bytes(gzip.compress(labels))
    return tmp_path


Serve = Callable[[dict[str, bytes]], str]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Start mirrors on localhost; a value of ``None`` bytes after ``cut:`` announces too much."""
    servers = []

    def start(files: dict[str, bytes]) -> str:
        class Mirror(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                content = files.get(self.path)
                if content is None:
                    self.send_error(404)
                    return
                cut = content.startswith(b"cut:")
                self.send_response(200)
                self.send_header("Content-Length", str(len(content) + (100 if cut else 0)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *args: object) -> None:
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Mirror)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}/"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def test_own_data_are_taken_and_named_as_such(own_data: Path) -> None:
    data = load_mnist(own_data)
    assert not data.verified
    assert "not MNIST's content" in data.name
    assert data.train_images.shape == (40, 28, 28)
    assert data.test_labels.tolist() == list(range(10))


def test_split_holds_back_the_last_digits(own_data: Path) -> None:
    data = load_mnist(own_data)
    fit, validation = data.split(limit=5)
    assert len(fit.images) == len(fit.labels) == 5
    np.testing.assert_array_equal(validation.images, data.train_images[32:])
    np.testing.assert_array_equal(data.split()[0].labels, data.train_labels[:32])


def test_dotted_names_are_found(own_data: Path) -> None:
    name = own_data / "train-images-idx3-ubyte"
    name.rename(own_data / "train-images.idx3-ubyte")
    assert len(load_mnist(own_data).train_images) == 40


def test_missing_file_is_named(own_data: Path) -> None:
    (own_data / "t10k-images-idx3-ubyte").unlink()
    with pytest.raises(DatasetError, match="no t10k-images-idx3-ubyte"):
        load_mnist(own_data)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "not an IDX file"),
        (b"hello, this is no IDX file at all", "not an IDX file"),
        (idx(np.zeros((40, 28, 28)))[:-1], "header promises"),
        (idx(np.zeros((40, 28, 28))) + b"x", "header promises"),
        (idx(np.zeros((40, 8, 8))), "8×8 pixels"),
        (idx(np.zeros((39, 28, 28))), "39 training images and 40 training labels"),
        (gzip.compress(idx(np.zeros((40, 28, 28))))[:-9], "cut short"),
        (b"\x1f\x8b garbage that is no gzip", "damaged"),
    ],
)
def test_damaged_images_are_refused(own_data: Path, content: bytes, message: str) -> None:
    (own_data / "train-images-idx3-ubyte").write_bytes(content)
    with pytest.raises(DatasetError, match=message):
        load_mnist(own_data)


def test_labels_over_nine_are_refused(own_data: Path) -> None:
    (own_data / "t10k-labels-idx1-ubyte").write_bytes(idx(np.full(10, 12)))
    with pytest.raises(DatasetError, match="a label is 12"):
        load_mnist(own_data)


def test_fetch_keeps_what_it_checked(serve: Serve, tmp_path: Path) -> None:
    told: list[int] = []
    mirror = serve({"/file.gz": PACKED})
    target = tmp_path / "new" / "file.gz"
    first = download.fetch("file.gz", SHA256, target, [mirror], lambda _, n: told.append(n))
    assert first == CONTENT
    assert sum(told) == len(PACKED)
    assert [path.name for path in target.parent.iterdir()] == ["file.gz"]
    assert download.fetch("file.gz", SHA256, target, []) == CONTENT


@pytest.mark.parametrize(
    "bad", [gzip.compress(b"other"), b"cut:" + PACKED, PACKED[: len(PACKED) // 2], b"<html>"]
)
def test_fetch_goes_on_to_the_next_mirror(serve: Serve, tmp_path: Path, bad: bytes) -> None:
    mirrors = [serve({}), serve({"/file.gz": bad}), serve({"/file.gz": PACKED})]
    assert download.fetch("file.gz", SHA256, tmp_path / "file.gz", mirrors) == CONTENT


def test_a_damaged_kept_file_is_downloaded_again(serve: Serve, tmp_path: Path) -> None:
    target = tmp_path / "file.gz"
    target.write_bytes(PACKED[:20])
    mirror = serve({"/file.gz": PACKED})
    assert download.fetch("file.gz", SHA256, target, [mirror]) == CONTENT
    assert download.unpack(target.read_bytes()) == CONTENT


def test_all_mirrors_down_says_what_to_do(serve: Serve, tmp_path: Path) -> None:
    mirrors = [serve({}), serve({"/file.gz": b"other"}), "http://127.0.0.1:9/"]
    with pytest.raises(DatasetError) as caught:
        download.fetch("file.gz", SHA256, tmp_path / "file.gz", mirrors, timeout_s=2)
    message = str(caught.value)
    assert all(mirror in message for mirror in mirrors)
    assert "wrong checksum" in message
    assert "--data" in message
    assert not list(tmp_path.iterdir())


def test_too_long_an_answer_is_refused(
    serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "MAX_DOWNLOAD_BYTES", 10)
    with pytest.raises(DatasetError, match="longer than 10 bytes"):
        download.fetch("file.gz", SHA256, tmp_path / "f", [serve({"/file.gz": PACKED})])


def test_mnist_is_downloaded_into_the_cache(
    serve: Serve, own_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {}
    for name in FILES:
        path = own_data / name
        content = (
            path.read_bytes()
            if path.is_file()
            else gzip.decompress((own_data / f"{name}.gz").read_bytes())
        )
        files[f"/{name}.gz"] = gzip.compress(content)
        monkeypatch.setitem(FILES, name, hashlib.sha256(content).hexdigest())
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    data = load_mnist(mirrors=[serve(files)])
    assert data.verified
    assert data.name == "MNIST"
    assert len(list((tmp_path / "cache" / "digitscan" / "mnist").iterdir())) == 4
    np.testing.assert_array_equal(load_mnist(mirrors=[]).test_images, data.test_images)


@pytest.mark.parametrize(
    ("platform", "variable", "end"),
    [
        ("linux", "XDG_CACHE_HOME", "digitscan"),
        ("win32", "LOCALAPPDATA", "digitscan"),
        ("darwin", "HOME", "Library/Caches/digitscan"),
    ],
)
def test_cache_folder_is_the_platforms(
    platform: str, variable: str, end: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.platform", platform)
    monkeypatch.setenv(variable, str(tmp_path))
    assert download.cache_folder() == tmp_path / end


@pytest.fixture
def seven() -> np.ndarray:
    """A dark 7 on light paper."""
    picture = np.full((60, 50), 230, np.uint8)
    cv2.polylines(picture, [np.array([[10, 10], [40, 10], [22, 50]])], False, 20, 6)
    return picture


def test_folders_of_both_depths_are_read(seven: np.ndarray, tmp_path: Path) -> None:
    for place in ("7/ä b.png", "writer/3/x.PNG", "notes/7.png", "7/readme.txt"):
        path = tmp_path / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(cv2.imencode(".png", seven)[1].tobytes())
    images, labels = load_folder(tmp_path)
    assert labels.tolist() == [7, 3]
    assert images.shape == (2, 28, 28)
    assert images[0].max() > 200
    assert not images[0, :2].any()


def test_light_on_dark_gives_the_same_ink(seven: np.ndarray) -> None:
    np.testing.assert_array_equal(ink_of(seven), ink_of(255 - seven))
    assert ink_of(seven)[0, 0] == 0
    assert ink_of(seven)[10, 20] == 255


def test_an_even_picture_has_no_ink() -> None:
    assert not ink_of(np.full((9, 9), 77, np.uint8)).any()


@pytest.mark.parametrize("content", [b"", b"no image"])
def test_a_broken_picture_is_named(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "1").mkdir()
    (tmp_path / "1" / "broken.png").write_bytes(content)
    with pytest.raises(DatasetError, match=r"broken\.png"):
        load_folder(tmp_path)


def test_a_folder_without_labels_says_how(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="named 0 to 9"):
        load_folder(tmp_path)


@pytest.mark.real_data
def test_real_mnist_is_recognised(real_data: Path) -> None:
    data = load_mnist(real_data / "mnist")
    assert data.verified
    assert data.name == "MNIST"
    assert np.bincount(data.test_labels).tolist()[:3] == [980, 1135, 1032]
