"""Imports that a batch run does without."""

from __future__ import annotations

import subprocess
import sys
from types import ModuleType

import pytest

from bespoke.runner.kernels.lazy_imports import put_off

SCRIPT = """
import sys
from bespoke.runner.kernels.lazy_imports import put_off, without
with put_off("colorsys"), without("wave"):
    import colorsys as early
    try:
        import wave
    except ImportError:
        print("no wave")
print("colorsys" in sys.modules, hasattr(early, "__path__"))
print(early.rgb_to_hsv(1, 0, 0), "colorsys" in sys.modules)
import colorsys, wave
print(colorsys is early, colorsys.rgb_to_hsv is early.rgb_to_hsv)
"""

INSIDE = """
from bespoke.runner.kernels.lazy_imports import put_off
with put_off("colorsys"):
    import colorsys as early
    print(early.rgb_to_hsv(0, 0, 0))
    import colorsys
print(colorsys.rgb_to_hsv is early.rgb_to_hsv)
"""


def said(script: str) -> list[str]:
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def test_a_module_put_off_is_imported_when_it_is_first_looked_into() -> None:
    assert said(SCRIPT) == ["no wave", "False False", "(0.0, 1.0, 1) True", "False True"]


def test_it_may_be_looked_into_at_once() -> None:
    assert said(INSIDE) == ["(0.0, 0.0, 0)", "True"]


SUBMODULE = """
import sys, xml
from bespoke.runner.kernels.lazy_imports import put_off
with put_off("xml.dom"):
    from xml import dom as early
    print("xml.dom" in sys.modules, hasattr(xml, "dom"))
print("xml.dom" in sys.modules, hasattr(xml, "dom"))
print(early.Node.ELEMENT_NODE, "xml.dom" in sys.modules, xml.dom.Node is early.Node)
"""


def test_a_module_of_a_package_is_put_off_in_the_package_too() -> None:
    assert said(SUBMODULE) == ["True True", "False False", "1 True True"]


PAPERMILL = """
import sys
from bespoke.runner.kernels.lazy_imports import import_papermill
import_papermill()
print("papermill" in sys.modules, "bespoke.runner.kernels.engine" in sys.modules)
print([name for name in ("boto3", "requests", "webcolors") if name in sys.modules])
"""


def test_papermill_comes_without_what_no_run_uses() -> None:
    """boto3 and requests alone take longer to import than papermill and all the rest."""
    assert said(PAPERMILL) == ["True True", "[]"]


def test_only_a_module_of_a_package_stands_in_one_while_it_is_put_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    package = ModuleType("package")
    monkeypatch.setitem(sys.modules, "package", package)
    with put_off("package.late", "alone"):
        assert package.late is sys.modules["package.late"]
        assert "alone" in sys.modules
    assert not hasattr(package, "late")
    assert not {"package.late", "alone"} & set(sys.modules)
