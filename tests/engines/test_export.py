import sys
import warnings
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from livedream.dream.program import KernelProgram
from livedream.dream.spec import KernelSpec
from livedream.dream.taps import taps_at
from livedream.engines import export
from livedream.engines.engine import NumberFormat, Program
from livedream.errors import EngineError

# On weights alone: torch-tensorrt works these out before it converts, ONNX's optimizer likewise.
ON_CONSTANTS = {
    "aten.alias.default",
    "aten.arange.start_step",
    "aten.clone.default",
    "aten.copy.default",
    "aten.flip.default",
    "aten.full.default",
    "aten.repeat.default",
    "aten.scalar_tensor.default",
    "aten.slice_scatter.default",
}

# Each has a converter in torch-tensorrt 2.13 (its metadata assertions are removed) and a translation to
# ONNX that TensorRT-RTX 1.7 parses. Whatever is not here cuts the graph into several engines, or fails:
# add to it only what was seen to convert.
CONVERTED = ON_CONSTANTS | {
    "aten._assert_tensor_metadata.default",
    "aten._to_copy.default",
    "aten.abs.default",
    "aten.add.Tensor",
    "aten.bmm.default",
    "aten.clamp.default",
    "aten.constant_pad_nd.default",
    "aten.convolution.default",
    "aten.div.Tensor",
    "aten.expand.default",
    "aten.gt.Scalar",
    "aten.index_select.default",
    "aten.mean.dim",
    "aten.mm.default",
    "aten.mul.Tensor",
    "aten.neg.default",
    "aten.permute.default",
    "aten.relu.default",
    "aten.remainder.Scalar",
    "aten.select.int",
    "aten.slice.Tensor",
    "aten.sqrt.default",
    "aten.squeeze.dims",
    "aten.sub.Tensor",
    "aten.upsample_nearest2d.vec",
    "aten.view.default",
    "aten.where.self",
}

# Of the objectives that look at other pictures and of the ways of stepping: seen in TensorRT-RTX.
ALSO_CONVERTED = {
    "aten.argmax.default",
    "aten.cat.default",
    "aten.eq.Tensor",
    "aten.gt.Tensor",
    "aten.le.Scalar",
    "aten.lt.Scalar",
    "aten.lt.Tensor",
    "aten.mean.default",
    "aten.pow.Tensor_Scalar",
    "aten.sum.dim_IntList",
    "aten.unsqueeze.default",
}

FORMATS: list[NumberFormat] = ["float32", "float16"]


class Undecided(nn.Module):
    """Does one thing or the other, as its input tells: no graph."""

    def forward(self, image: Tensor, step: Tensor) -> Tensor:
        return image if step.sum() > 0 else -image


@pytest.fixture(scope="module", params=FORMATS)
def decomposed(request: pytest.FixtureRequest, small_program: KernelProgram) -> Any:
    graph = export.exported(small_program, request.param)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch's own
        return graph.run_decompositions()


def test_the_kernel_holds_only_operations_that_convert_whole(decomposed: Any) -> None:
    operations = {str(node.target) for node in decomposed.graph.nodes if node.op == "call_function"}
    assert operations <= CONVERTED
    assert "aten.convolution.default" in operations


@pytest.mark.slow
def test_a_kernel_with_every_objective_and_step_holds_only_such_operations(
    full_program: KernelProgram,
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch's own
        graph = export.exported(full_program, "float16").run_decompositions()
    operations = {str(node.target) for node in graph.graph.nodes if node.op == "call_function"}
    assert operations <= CONVERTED | ALSO_CONVERTED
    assert operations >= {"aten.argmax.default"}


@pytest.mark.slow
def test_a_kernel_that_remembers_its_steps_holds_only_such_operations(curved_program: KernelProgram) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch's own
        graph = export.exported(curved_program, "float16").run_decompositions()
    operations = {str(node.target) for node in graph.graph.nodes if node.op == "call_function"}
    assert operations <= CONVERTED | ALSO_CONVERTED


def test_operations_that_are_for_constants_see_no_input(decomposed: Any) -> None:
    """Clones aside: they are how torch says that a tensor is contiguous."""
    from_inputs = set(export.input_names(decomposed))
    for node in decomposed.graph.nodes:
        if any(source.name in from_inputs for source in node.all_input_nodes):
            from_inputs.add(node.name)
            assert str(node.target) not in ON_CONSTANTS - {"aten.clone.default"}, node.format_node()


def test_the_graph_gives_what_the_module_gives(small_program: KernelProgram) -> None:
    inputs = [torch.from_numpy(array) for array in small_program.example()]
    exported = export.exported(small_program).module()
    module = small_program.make()
    for shift_px in (0, 3, -7):
        changed = [*inputs[:2], torch.full_like(inputs[2], shift_px), *inputs[3:]]
        with torch.inference_mode():
            torch.testing.assert_close(exported(*changed), module(*changed), atol=1e-5, rtol=0)


def test_its_inputs_keep_their_order(decomposed: Any, small_program: KernelProgram) -> None:
    assert export.input_names(decomposed) == ["image", "scalars", "views", "controls_0", "controls_1"]
    assert len(small_program.example()) == 5


def test_a_module_that_is_no_graph_is_refused_in_a_sentence(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(program), "make", lambda *_: Undecided())
    with pytest.raises(EngineError, match=r"^torch cannot export the kernel as one graph: .+") as told:
        export.exported(program)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize("package", ["onnx", "onnxscript"])
def test_a_missing_package_is_told_with_the_way_out(
    program: Program, monkeypatch: pytest.MonkeyPatch, package: str
) -> None:
    monkeypatch.setitem(sys.modules, "onnx", object())
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(
        EngineError, match=rf"need {package}, which is not .*; pip install 'livedream\[rtx\]'"
    ):
        export.to_onnx(export.exported(program))


def test_an_operation_without_translation_is_told_in_a_sentence(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    for package in ("onnx", "onnxscript"):
        monkeypatch.setitem(sys.modules, package, object())

    def refuse(*_: Any, **__: Any) -> None:
        raise RuntimeError("no translation for aten.odd\nand much more")

    graph = export.exported(program)
    monkeypatch.setattr(torch.onnx, "export", refuse)
    with pytest.raises(EngineError, match=r"translate the kernel to ONNX: no translation for aten.odd$"):
        export.to_onnx(graph)


@pytest.mark.parametrize(
    ("fault", "line"),
    [
        (ValueError("\n  first \nsecond"), "first"),
        (AssertionError(), "AssertionError"),
        (OSError(2, "gone"), "gone"),
    ],
)
def test_a_fault_is_told_in_its_first_line(fault: Exception, line: str) -> None:
    assert line in export.in_a_line(fault)
    assert "\n" not in export.in_a_line(fault)


@pytest.mark.rtx
def test_onnx_has_the_program_s_inputs_and_is_made_in_silence(
    program: Program, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    onnx = pytest.importorskip("onnx", reason="the extra rtx is not installed")
    pytest.importorskip("onnxscript", reason="the extra rtx is not installed")
    graph = export.exported(program)
    caplog.clear()
    model = onnx.load_from_string(export.to_onnx(graph))
    assert [each.name for each in model.graph.input] == export.input_names(graph)
    assert [each.dim_value for each in model.graph.output[0].type.tensor_type.shape.dim] == [1, 3, 8, 8]
    assert "".join(capfd.readouterr()) == ""
    assert [record for record in caplog.records if record.levelname != "DEBUG"] == []


@pytest.mark.slow
@pytest.mark.rtx
def test_onnx_computes_the_kernel_with_no_work_left_that_is_the_same_each_time() -> None:
    onnx = pytest.importorskip("onnx", reason="the extra rtx is not installed")
    pytest.importorskip("onnxscript", reason="the extra rtx is not installed")
    from onnx.reference import ReferenceEvaluator

    # Of this size nothing has to be cut: the evaluator knows no negative padding, though ONNX does.
    program = KernelProgram(KernelSpec("embedded", taps_at("stem", "block.1"), (32, 40), 1, 1.2, 2, 1.0))
    model = onnx.load_from_string(export.to_onnx(export.exported(program)))
    fixed = {each.name for each in model.graph.initializer} | {""}
    for node in model.graph.node:
        if fixed.issuperset(node.input):
            fixed.update(node.output)
            assert node.op_type == "Constant"
    inputs = program.example()
    names = [each.name for each in model.graph.input]
    (result,) = ReferenceEvaluator(model).run(None, dict(zip(names, inputs, strict=True)))
    with torch.inference_mode():
        expected = program.make()(*(torch.from_numpy(array) for array in inputs)).numpy()
    # In the mean, for a ReLU that rounding switches moves a few numbers much.
    assert abs(result - expected).mean() < 1e-3 * abs(expected - inputs[0]).mean()
    assert abs(expected - inputs[0]).max() > 1e-3
