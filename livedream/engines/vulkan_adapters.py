"""The graphics adapters that Vulkan lists: the program of a process that prints them.

It loads the drivers of every card, and one that is broken may end the process, so no show does it itself.
"""

from __future__ import annotations

import ctypes
import json
import struct
import sys

KINDS = ("other", "integrated", "discrete", "virtual", "software")
"""What Vulkan calls a device's type, by its number."""

_INSTANCE_INFO, _APPLICATION_INFO, _VULKAN_1_1 = 1, 0, (1 << 22) | (1 << 12)
_PROPERTIES_BYTES = 4096
"""More than VkPhysicalDeviceProperties takes in any version; only its beginning is read."""


class _Application(ctypes.Structure):
    _fields_ = (
        ("kind", ctypes.c_int),
        ("next", ctypes.c_void_p),
        ("name", ctypes.c_char_p),
        ("version", ctypes.c_uint32),
        ("engine", ctypes.c_char_p),
        ("engine_version", ctypes.c_uint32),
        ("api_version", ctypes.c_uint32),
    )


class _InstanceInfo(ctypes.Structure):
    _fields_ = (
        ("kind", ctypes.c_int),
        ("next", ctypes.c_void_p),
        ("flags", ctypes.c_uint32),
        ("application", ctypes.POINTER(_Application)),
        ("layer_count", ctypes.c_uint32),
        ("layers", ctypes.c_void_p),
        ("extension_count", ctypes.c_uint32),
        ("extensions", ctypes.c_void_p),
    )


def library_name(system: str = sys.platform) -> str:
    """Return what Vulkan's loader is called on a system."""
    return "vulkan-1.dll" if system == "win32" else "libvulkan.so.1"


def listed() -> list[dict[str, str]]:
    """List the adapters with name, kind and the driver's version; none where there is no Vulkan."""
    try:
        vulkan = ctypes.CDLL(library_name())
    except OSError:
        return []
    instance = ctypes.c_void_p()
    application = _Application(_APPLICATION_INFO, None, b"livedream", 1, None, 0, _VULKAN_1_1)
    info = _InstanceInfo(_INSTANCE_INFO, None, 0, ctypes.pointer(application), 0, None, 0, None)
    if vulkan.vkCreateInstance(ctypes.byref(info), None, ctypes.byref(instance)) != 0:
        return []
    count = ctypes.c_uint32()
    vulkan.vkEnumeratePhysicalDevices(instance, ctypes.byref(count), None)
    devices = (ctypes.c_void_p * count.value)()
    vulkan.vkEnumeratePhysicalDevices(instance, ctypes.byref(count), devices)
    found = []
    for device in devices[: count.value]:
        properties = ctypes.create_string_buffer(_PROPERTIES_BYTES)
        vulkan.vkGetPhysicalDeviceProperties(ctypes.c_void_p(device), properties)
        found.append(described(properties.raw))
    vulkan.vkDestroyInstance(instance, None)
    return found


def described(properties: bytes) -> dict[str, str]:
    """Read a VkPhysicalDeviceProperties: five numbers of 32 bits, then the name, ended by a zero."""
    _, driver, vendor, device, kind = struct.unpack_from("=5I", properties)
    name = properties[20:276].split(b"\0")[0].decode(errors="replace").strip()
    known = KINDS[kind] if kind < len(KINDS) else KINDS[0]
    return {"name": name, "kind": known, "driver": f"{vendor:x}:{device:x} {driver:x}"}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(listed()))
