"""Whether a model is written in one place of an addon, however many parts it has."""

import ast
from collections import defaultdict
from pathlib import Path

# What exists once for a model in an addon: of two it isn't plain which goes first.
ONCE = frozenset({"create", "write", "unlink", "copy_data", "default_get"})


def written(addon: Path) -> dict[tuple[str, str], list[Path]]:
    """Files by (model, method), for the methods that a model has once."""
    files = defaultdict(list)
    for path in sorted(addon.rglob("*.py")):
        if "tests" in path.relative_to(addon).parts:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef) and (model := _model(node)):
                for part in node.body:
                    if isinstance(part, ast.FunctionDef) and part.name in ONCE:
                        files[model, part.name].append(path)
    return files


def _model(node: ast.ClassDef) -> str | None:
    """The model that a class defines or extends; None for a class of another kind."""
    names = {}
    for part in node.body:
        if isinstance(part, ast.Assign) and isinstance(part.targets[0], ast.Name):
            names[part.targets[0].id] = part.value
    value = names.get("_name") or names.get("_inherit")
    if isinstance(value, ast.List) and len(value.elts) == 1:
        value = value.elts[0]
    return value.value if isinstance(value, ast.Constant) else None
