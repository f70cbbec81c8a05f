"""From replays to figures: pure, and the same for every system."""

import math
from collections import Counter
from collections.abc import Sequence

from lsp_local.evals.replay import N_LEAST_CHARS, Match, Moment, Run, Seen, head
from lsp_local.evals.system import Act

WITHIN_MS = (100, 200, 500)
PAUSE_S = 0.3
# No model answers that soon; for systems that do not tell what came from their cache.
CACHED_MS = 8.0

Figures = dict[str, object]


def figures(runs: Sequence[Run]) -> Figures:
    """Return all figures of one system, pooled over its replays."""
    moments = [moment for run in runs for moment in run.moments]
    seen = [seen for moment in moments for seen in moment.seen]
    fresh = [one for one in seen if not one.is_again]
    n_shown = len(fresh)
    return {
        **_keys(runs, moments),
        "shown": n_shown,
        "right_shown": sum(one.match is Match.RIGHT for one in fresh),
        "partly_right_shown": sum(one.match is Match.PARTLY for one in fresh),
        "wrong_shown": sum(one.match is Match.WRONG for one in fresh),
        "stale": sum(one.is_stale for one in seen),
        **_latency(runs),
        "visible_within": _visible_within(moments),
        "pauses": _pauses(moments),
        **_costs(runs, n_shown),
        "wall_seconds": round(sum(run.seconds for run in runs), 1),
    }


def percentile(values: Sequence[float], share: float) -> float | None:
    """Return the value that `share` of all do not exceed (nearest rank)."""
    if not values:
        return None
    return round(sorted(values)[max(0, math.ceil(share * len(values)) - 1)], 2)


def key_to_text(runs: Sequence[Run]) -> tuple[list[float], list[float]]:
    """Return the milliseconds from keys to the next text: from the model, from a cache.

    From each key until something is shown, however many keys were typed meanwhile; a wait that
    ends because the user goes elsewhere counts as far as it went. Where the answer was that
    nothing be shown there is no wait.
    """
    model: list[float] = []
    cached: list[float] = []
    for run in runs:
        for n, moment in enumerate(run.moments):
            if moment.act not in (Act.TYPED, Act.EDITED):
                continue
            if moment.seen and _is_cached(run, moment.seen[0]):
                cached.append(moment.seen[0].ms)
            elif (waited := _waited(run.moments, n)) is not None:
                model.append(waited)
    return model, cached


def same_key_to_text(runs: Sequence[Run]) -> list[float]:
    """Return the milliseconds from keys to text of the model that came before the next key.

    It flatters slow systems, whose answers mostly come too late to be counted.
    """
    return [
        moment.seen[0].ms
        for run in runs
        for moment in run.moments
        if moment.act in (Act.TYPED, Act.EDITED)
        and moment.seen
        and not _is_cached(run, moment.seen[0])
    ]


def _is_cached(run: Run, seen: Seen) -> bool:
    if run.spent.cached or not run.spent.n_cached:
        return any(seen.shown is shown for shown in run.spent.cached)
    return seen.ms < CACHED_MS


def _waited(moments: Sequence[Moment], n: int) -> float | None:
    """Return the milliseconds from an act to the next text; None where silence is the answer."""
    started = moments[n].at
    for moment in moments[n:]:
        since = (moment.at - started) * 1000
        if moment is not moments[n] and moment.act in (Act.MOVED, Act.OPENED):
            return since
        if moment.seen:
            return since + moment.seen[0].ms
        if moment.is_silent:
            return None
    return (moments[-1].at - started) * 1000 or None


def _keys(runs: Sequence[Run], moments: list[Moment]) -> Figures:
    n_in_traces = sum(run.trace.n_keys for run in runs)
    n_saved = sum(run.n_saved for run in runs)
    return {
        "keys": n_in_traces,
        "keys_typed": sum(moment.act is Act.TYPED for moment in moments),
        "accepted": sum(run.n_accepted for run in runs),
        "keystrokes_saved": _share(n_saved, n_in_traces),
        "requests": sum(run.spent.n_requests for run in runs),
        "answered_without_model": _share(
            sum(run.spent.n_cached for run in runs),
            sum(moment.act in (Act.TYPED, Act.EDITED) for moment in moments),
        ),
    }


def _latency(runs: Sequence[Run]) -> Figures:
    model, cached = key_to_text(runs)
    return {
        "key_to_text_ms": _spread(model),
        "all_key_to_text_ms": _spread([*model, *cached]),
        "cached_ms": _spread(cached),
        "same_key_to_text_ms": _spread(same_key_to_text(runs)),
    }


def _spread(values: list[float]) -> Figures:
    named = {"p50": 0.5, "p90": 0.9, "p95": 0.95}
    return {
        "n": len(values),
        **{name: percentile(values, share) for name, share in named.items()},
    }


def _visible_within(moments: list[Moment]) -> Figures:
    """Return the share of typed keys, with more to come on the line, that soon led to it."""
    keys = [moment for moment in moments if moment.act is Act.TYPED and moment.has_more]
    soonest = [_soonest_right(moment) for moment in keys]
    return {str(ms): _share(sum(found <= ms for found in soonest), len(keys)) for ms in WITHIN_MS}


def _pauses(moments: list[Moment]) -> Figures:
    """Tell in how many pauses inside lines the right text appeared, and when."""
    paused = [
        moment
        for moment in moments
        if moment.act in (Act.TYPED, Act.EDITED) and moment.has_more and moment.pause >= PAUSE_S
    ]
    found = [ms for ms in map(_soonest_right, paused) if ms < math.inf]
    return {
        "n": len(paused),
        "share_right": _share(len(found), len(paused)),
        "median_ms": percentile(found, 0.5),
    }


def _soonest_right(moment: Moment) -> float:
    def is_right(seen: Seen) -> bool:
        is_long_enough = len(head(seen.shown.text).strip()) >= N_LEAST_CHARS
        return seen.match is Match.RIGHT or (seen.match is Match.PARTLY and is_long_enough)

    return min((seen.ms for seen in filter(is_right, moment.seen)), default=math.inf)


def _costs(runs: Sequence[Run], n_shown: int) -> Figures:
    n_evaluated = [float(n) for run in runs for n in run.spent.n_evaluated]
    n_decoded = sum(run.spent.n_decoded for run in runs)
    minutes = sum(run.trace.seconds for run in runs) / 60
    return {
        "n_decoded": n_decoded,
        "n_decoded_per_shown": _share(n_decoded, n_shown),
        "n_evaluated": int(sum(n_evaluated)),
        "n_evaluated_per_key": {
            "median": percentile(n_evaluated, 0.5),
            "p95": percentile(n_evaluated, 0.95),
        },
        "n_in_all_per_key": _share(
            sum(run.spent.n_in_all for run in runs), sum(run.trace.n_keys for run in runs)
        ),
        "endings": dict(sum((Counter(run.spent.endings) for run in runs), Counter())),
        "dropped": sum(run.spent.n_dropped for run in runs),
        "cpu_s_per_typed_minute": _share(sum(run.spent.cpu_s for run in runs), minutes),
    }


def _share(part: float, whole: float) -> float | None:
    return round(part / whole, 4) if whole else None


def ratios(ours: Figures, peers: Sequence[Figures]) -> Figures:
    """Compare ours with the best of the peer's settings, figure by figure; None without one."""
    found: Figures = {}
    for name in ("p50", "p95"):
        rivals = [ms for peer in peers if (ms := _number(peer, "key_to_text_ms", name))]
        mine = _number(ours, "key_to_text_ms", name)
        found[f"{name}_ratio"] = round(mine / min(rivals), 3) if mine and rivals else None
    saved = [_number(one, "keystrokes_saved") or 0.0 for one in (ours, *peers)]
    best = max(saved[1:], default=0.0)
    found["keystrokes_saved_ratio"] = round(saved[0] / best, 3) if best else None
    evaluated = _number(ours, "n_evaluated_per_key", "median")
    return {**found, "n_evaluated_per_keystroke_median": evaluated}


def _number(figures: Figures, *names: str) -> float | None:
    value: object = figures
    for name in names:
        assert isinstance(value, dict)
        value = value[name]
    return float(value) if isinstance(value, int | float) else None
