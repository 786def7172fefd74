"""The examples in the engine's documentation are true."""

import doctest
import importlib
import pkgutil
import subprocess
import sys
from pathlib import Path

import engine
import pytest

MODULES = [module.name for module in pkgutil.iter_modules(engine.__path__)]


@pytest.mark.parametrize("name", MODULES)
def test_examples_of_the_documentation(name):
    module = importlib.import_module(f"engine.{name}")
    result = doctest.testmod(module)
    assert result.attempted, f"{name} shows no example"
    assert not result.failed


def test_engine_needs_no_odoo():
    imports = "; ".join(f"import engine.{name}" for name in MODULES)
    check = f"import sys; {imports}; sys.exit('odoo' in sys.modules)"
    folder = Path(engine.__file__).parents[1]
    subprocess.run([sys.executable, "-c", check], cwd=folder, check=True)
