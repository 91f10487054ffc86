"""Loops in OpenVINO's graphs: what a program does again and again is built once, however often it runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor, nn

from livedream.ops.loop import LOOPED_FROM, Loop

if TYPE_CHECKING:
    from openvino import Model
    from openvino.frontend.pytorch import ConversionExtension

MakeGraph = Callable[[nn.Module, Sequence[Tensor]], "Model"]
"""Makes a graph of a module by an example of its inputs."""


class _Flat(nn.Module):
    """A loop's body that takes its tensors one by one, those that are carried on first."""

    def __init__(self, body: nn.Module, carried: int) -> None:
        super().__init__()
        self.body, self.carried = body, carried

    def forward(self, *tensors: Tensor) -> tuple[Tensor, ...]:
        """Run it once."""
        given: tuple[Tensor, ...] = self.body(tensors[: self.carried], *tensors[self.carried :])
        return given


class TracedLoop:
    """A loop on its way from torch into a graph: one operation in the trace of the module that it is in."""

    def __init__(self, loop: Loop, number: int) -> None:
        self._loop, self._name = loop, f"livedream::loop_{number}"
        self._operation = _operation(loop, self._name)
        self._carried, self._example = 0, list[Tensor]()

    @contextmanager
    def as_one(self) -> Iterator[None]:
        """Trace it as one operation in this context; none of its work is done there."""
        self._loop.forward = self._forward  # type: ignore[method-assign]
        try:
            yield
        finally:
            del self._loop.forward

    def _forward(self, carried: Sequence[Tensor], *fixed: Tensor) -> Tensor:
        self._carried, self._example = len(carried), [tensor.clone() for tensor in (*carried, *fixed)]
        given: Tensor = self._operation.apply(*carried, *fixed)  # type: ignore[no-untyped-call]
        return given

    def converted(self, make_graph: MakeGraph) -> ConversionExtension:
        """Return what puts OpenVINO's loop in the place of that operation, once it has been traced."""
        from openvino.frontend.pytorch import ConversionExtension

        body = make_graph(_Flat(self._loop.body, self._carried), self._example)
        return ConversionExtension(self._name, lambda node: [self._put(body, node)])

    def _put(self, body: Model, node: Any) -> Any:
        """Build the loop on a node's inputs; return its output."""
        from openvino import Model, op
        from openvino import opset13 as ops

        goes_on = op.Result(ops.constant(True, dtype=np.bool_).output(0))
        results = list(body.get_results())
        loop = ops.loop(ops.constant(self._loop.times, dtype=np.int64), ops.constant(True, dtype=np.bool_))
        loop.set_function(Model([goes_on, *results], body.get_parameters(), self._name))
        loop.set_special_body_ports([-1, 0])
        for place, parameter in enumerate(body.get_parameters()):
            given = node.get_input(place)
            if place < self._carried:
                loop.set_merged_input(parameter, given, results[place].output(0))
            else:
                loop.set_invariant_input(parameter, given)
        return loop.get_iter_value(results[0].output(0), -1)


def loops_of(module: nn.Module) -> list[Loop]:
    """List the loops of a module that are worth one."""
    return [part for part in module.modules() if isinstance(part, Loop) and part.times >= LOOPED_FROM]


@contextmanager
def traced_loops(module: nn.Module) -> Iterator[list[TracedLoop]]:
    """Find the loops of a module that are worth one; in this context each is traced as one operation."""
    loops = [TracedLoop(loop, number) for number, loop in enumerate(loops_of(module))]
    with ExitStack() as stack:
        for one in loops:
            stack.enter_context(one.as_one())
        yield loops


def _operation(loop: Loop, name: str) -> type[torch.autograd.Function]:
    """Make a function that a trace shows as one operation of a name, by the way OpenVINO has for modules."""
    from openvino.frontend.pytorch import ModuleExtension

    class Operation(torch.autograd.Function):
        target_extension = ModuleExtension(loop, name)

        @staticmethod
        def forward(_: Any, *tensors: Tensor) -> Tensor:
            return torch.zeros_like(tensors[0])

    return Operation
