"""Debian's kernel with vivid and v4l2loopback, made ready to be booted: nothing is installed on this machine.

Needs apt-get, dpkg-deb, gcc and make. Packages are unpacked in a folder, where v4l2loopback is compiled too.
"""

from __future__ import annotations

import lzma
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

OTHERS = ("v4l2loopback-dkms", "busybox-static")
MODULES = {
    "virtio_pci": "",
    "9pnet_virtio": "",
    "9p": "",
    "overlay": "",
    "vivid": "n_devs=2 node_types=0x1,0x1 num_inputs=1,1 input_types=0x0,0x0 vid_cap_nr=0,1",
    "v4l2loopback": "devices=3 video_nr=10,11,12 card_label=plain,livedream,spare exclusive_caps=0,1,0",
}
"""What is loaded, in this order: two webcams, and three loopbacks, the second one as browsers need it."""

INIT = """#!/bin/busybox sh
/bin/busybox --install -s /bin
mkdir -p /proc /sys /host /over /new
mount -t proc proc /proc
echo 0 > /proc/sys/kernel/printk_ratelimit
{loading}
mount -t 9p -o trans=virtio,version=9p2000.L,ro,cache=loose,msize=512000 host /host
mount -t tmpfs -o size=90% tmpfs /over
mkdir /over/upper /over/work
mount -t overlay -o lowerdir=/host,upperdir=/over/upper,workdir=/over/work overlay /new
mount -t proc proc /new/proc
mount -t sysfs sys /new/sys
mount -t devtmpfs dev /new/dev
mkdir -p /new/dev/shm /new/run /new/results
mount -t tmpfs tmpfs /new/dev/shm
mount -t 9p -o trans=virtio,version=9p2000.L,msize=512000 results /new/results
ip link set lo up
chroot /new /bin/sh /results/command.sh
echo $? > /new/results/exit-code
sync
reboot -f
"""


class CannotBuildError(Exception):
    """Why there is no kernel, in a sentence."""


@dataclass(frozen=True)
class Kernel:
    """What qemu boots, and its version."""

    image: Path
    initrd: Path
    release: str


def kernel_in(folder: Path) -> Kernel:
    """Return the kernel in a folder, built if it is not there yet. Raises CannotBuildError."""
    root, initrd = folder / "root", folder / "initrd"
    if not initrd.exists():
        shutil.rmtree(folder, ignore_errors=True)
        _unpack(_packages(), folder / "packages", root)
        release = _release(root)
        _compile(root, release)
        _run([_busybox(root), "depmod", "-b", root, release], folder)
        _pack(root, release, initrd)
    release = _release(root)
    return Kernel(root / "boot" / f"vmlinuz-{release}", initrd, release)


def _packages() -> tuple[str, ...]:
    image = _depended_on("linux-image-amd64", r"linux-image-\S+")
    headers = _depended_on("linux-headers-amd64", r"linux-headers-\S+")
    return (*image, *headers, *_depended_on(headers[0], r"linux-(?:headers|kbuild)-\S+"), *OTHERS)


def _depended_on(package: str, pattern: str) -> list[str]:
    asked = subprocess.run(["apt-cache", "depends", package], capture_output=True, text=True, check=False)
    found = re.findall(rf"Depends: ({pattern})", asked.stdout)
    if not found:
        raise CannotBuildError(
            f"apt knows no package {package}: on Debian, apt-get update; other systems have other kernels."
        )
    return found


def _unpack(packages: tuple[str, ...], store: Path, root: Path) -> None:
    store.mkdir(parents=True)
    _run(["apt-get", "download", "-qq", *packages], store)
    for package in store.iterdir():
        _run(["dpkg-deb", "-x", package, root], store)


def _release(root: Path) -> str:
    return next((root / "boot").glob("vmlinuz-*")).name.removeprefix("vmlinuz-")


def _busybox(root: Path) -> Path:
    return next(path for path in (root / "bin/busybox", root / "usr/bin/busybox") if path.exists())


def _compile(root: Path, release: str) -> None:
    headers = root / f"usr/src/linux-headers-{release}"
    makefile = headers / "Makefile"
    makefile.write_text(makefile.read_text().replace("/usr/src/", f"{root}/usr/src/"))
    source = next((root / "usr/src").glob("v4l2loopback-*"))
    _run(["make", "-C", headers, f"M={source}", "modules"], source)
    place = _modules(root) / release / "updates"
    place.mkdir()
    shutil.copy(source / "v4l2loopback.ko", place)


def _modules(root: Path) -> Path:
    return next(path for path in (root / "lib/modules", root / "usr/lib/modules") if path.exists())


def _pack(root: Path, release: str, initrd: Path) -> None:
    """Pack busybox, the modules and what starts it all into what the kernel unpacks first."""
    staged = initrd.with_name("initrd.d")
    (staged / "bin").mkdir(parents=True)
    shutil.copy(_busybox(root), staged / "bin/busybox")
    loading = []
    for module in _in_order(_modules(root) / release):
        name = re.sub(r"\.ko.*", "", module.name)
        packed = module.read_bytes()
        plain = lzma.decompress(packed) if module.suffix == ".xz" else packed
        (staged / f"{name}.ko").write_bytes(plain)
        loading.append(f"insmod /{name}.ko {MODULES.get(name, '')}".rstrip())
    (staged / "init").write_text(INIT.format(loading="\n".join(loading)))
    (staged / "init").chmod(0o755)
    names = "".join(f"{path.relative_to(staged)}\n" for path in sorted(staged.rglob("*")))
    packed = _run([_busybox(root), "cpio", "-o", "-H", "newc"], staged, names.encode())
    initrd.with_name("initrd.part").write_bytes(packed)
    initrd.with_name("initrd.part").rename(initrd)


def _in_order(modules: Path) -> Iterator[Path]:
    """Return the modules that are loaded, each after those that it needs, as depmod says."""
    needs: dict[str, tuple[str, list[str]]] = {}
    for line in (modules / "modules.dep").read_text().splitlines():
        module, _, wants = line.partition(":")
        needs[re.sub(r"\.ko.*", "", Path(module).name)] = (module, wants.split())
    told = set()
    for name in MODULES:
        needed, others = needs[name]
        for path in (*reversed(others), needed):
            if path not in told:
                told.add(path)
                yield modules / path


def _run(command: list[str | Path], folder: Path, given: bytes | None = None) -> bytes:
    words = [str(word) for word in command]
    done = subprocess.run(words, cwd=folder, input=given, capture_output=True, check=False)
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip() or "it did not say why"
        raise CannotBuildError(f"{' '.join(words)} failed: {said[-2000:]}")
    return done.stdout
