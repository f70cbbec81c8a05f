"""Names that a suggestion uses and nobody has ever heard of."""

import builtins
import keyword
import re
from functools import cache

from lsp_local.text import Document
from lsp_local.typed_trees import parse_typed

# What needs no import: keywords are no names to a grammar, so these are functions, types, values.
_JAVASCRIPT = """
Array ArrayBuffer BigInt Blob Boolean Buffer Date Error EvalError Event FormData Function Headers
Infinity Intl JSON Map Math NaN Number Object Promise Proxy RangeError ReferenceError Reflect RegExp
Request Response Set String Symbol SyntaxError TextDecoder TextEncoder TypeError URL URLSearchParams
Uint8Array WeakMap WeakSet AbortController AbortSignal alert arguments clearInterval clearTimeout
console decodeURIComponent document encodeURIComponent exports fetch global globalThis isFinite
isNaN localStorage location module navigator parseFloat parseInt process queueMicrotask require
requestAnimationFrame sessionStorage setImmediate setInterval setTimeout structuredClone undefined
window describe it test expect beforeEach afterEach beforeAll afterAll vi jest React
Awaited Exclude Extract NonNullable Omit Parameters Partial Pick Readonly ReadonlyArray Record
Required ReturnType Iterable Iterator AsyncIterable AsyncIterator Generator PromiseLike any unknown
never string number boolean object void bigint symbol
"""
_GO = """
append any bool byte cap clear close comparable complex complex128 complex64 copy delete error false
float32 float64 imag int int16 int32 int64 int8 iota len make max min new nil panic print println
real recover rune string true uint uint16 uint32 uint64 uint8 uintptr fmt errors strings strconv
os io time context sync bytes sort bufio http json log math path filepath
"""
_RUST = """
Arc Box Clone Copy Debug Default Drop Eq Err Fn FnMut FnOnce From HashMap HashSet Hash Into
IntoIterator Iterator None Ok Option Ord PartialEq PartialOrd Path PathBuf Rc RefCell Result Self
Send Some String Sync ToString Vec assert assert_eq bool char dbg drop eprintln f32 f64 format i128
i16 i32 i64 i8 isize matches panic print println self std core alloc crate str todo u128 u16 u32 u64
u8 unimplemented unreachable usize vec write writeln
"""
_PYTHON = " ".join(
    [*dir(builtins), *keyword.kwlist, *keyword.softkwlist, "self", "cls", "__name__"]
)
_KNOWN = {
    "python": _PYTHON,
    **dict.fromkeys(("javascript", "javascriptreact"), _JAVASCRIPT),
    **dict.fromkeys(("typescript", "typescriptreact"), _JAVASCRIPT),
    "go": _GO,
    "rust": _RUST,
}


def unknown(doc: Document, offset: int, text: str, elsewhere: str = "") -> list[str]:
    """Return the names that `text` at `offset` uses and that stand nowhere else.

    Nowhere else is: not in the document, not `elsewhere` (what the model read beside it), not
    among what the language knows. Attributes and names that `text` itself defines do not count.
    """
    known = of_language(doc.language)
    tree = parse_typed(doc.text, doc.language) if known else None
    if tree is None:
        return []
    names = tree.replaced(offset, offset, text).used_names(offset, offset + len(text))
    if not names:
        return []
    # A word that the cursor splits is not known because its first half stands there.
    texts = doc.text[:offset], doc.text[offset:], elsewhere
    return [name for name in names if name not in known and not _stands_in(name, texts)]


def belongs_to(language: str, name: str) -> bool:
    """Whether `name` is one that the language itself has, as far as we know."""
    return name in of_language(language)


def _stands_in(name: str, texts: tuple[str, ...]) -> bool:
    """Whether a text has `name` as a whole word. Looking for few is quicker than listing all."""
    word = re.compile(rf"\b{re.escape(name)}\b")
    return any(word.search(text) for text in texts)


@cache
def of_language(language: str) -> frozenset[str]:
    """Return the names that the language itself has, as far as we know them."""
    return frozenset(_KNOWN.get(language, "").split())
