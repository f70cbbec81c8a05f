"""Pictures of a replay's figures."""

from collections.abc import Mapping
from pathlib import Path

from lsp_local.evals.figures import key_to_text
from lsp_local.evals.measure import Runs


def draw(runs: Runs, path: Path) -> None:
    """Draw for each system which share of its suggestions came within how many milliseconds."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(figsize=(8, 5))
    for name, values in _curves(runs).items():
        ranked = sorted(values)
        axes.step(ranked, [(n + 1) / len(ranked) for n in range(len(ranked))], label=name)
    axes.set(xscale="log", xlabel="ms from key to suggestion", ylabel="share of suggestions")
    axes.grid(visible=True, which="both", alpha=0.3)
    axes.legend()
    figure.savefig(path, dpi=150, bbox_inches="tight")
    plt.close(figure)


def _curves(runs: Runs) -> Mapping[str, list[float]]:
    """Return all times of each system, and those that needed its model."""
    curves: dict[str, list[float]] = {}
    for name, own in runs.items():
        model, cached = key_to_text(own)
        curves[f"{name}, all"] = [*model, *cached]
        curves[f"{name}, from the model"] = model
    return {name: values for name, values in curves.items() if values}
