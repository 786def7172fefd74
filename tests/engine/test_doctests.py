"""The examples in the engines' documentation are true."""

import doctest
import importlib
import pkgutil
import subprocess
import sys
from pathlib import Path

import engine
import forecast_engine
import pytest
import rfm_engine

ENGINES = (engine, rfm_engine, forecast_engine)
MODULES = [
    f"{package.__name__}.{module.name}"
    for package in ENGINES
    for module in pkgutil.iter_modules(package.__path__)
]


@pytest.mark.parametrize("name", MODULES)
def test_examples_of_the_documentation(name):
    module = importlib.import_module(name)
    result = doctest.testmod(module)
    assert result.attempted, f"{name} shows no example"
    assert not result.failed


@pytest.mark.parametrize("package", ENGINES, ids=lambda package: package.__name__)
def test_engine_needs_no_odoo(package):
    names = [module.name for module in pkgutil.iter_modules(package.__path__)]
    imports = "; ".join(f"import engine.{name}" for name in names)
    check = f"import sys; {imports}; sys.exit('odoo' in sys.modules)"
    folder = Path(package.__file__).parents[1]
    subprocess.run([sys.executable, "-c", check], cwd=folder, check=True)
