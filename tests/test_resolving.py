"""Which declaration a name means, in every language that has names."""

import pytest

from lsp_local.symbols.resolving import resolve
from lsp_local.symbols.scopes import name_at
from lsp_local.trees import parse

PYTHON = """\
import a.b as cc, dd
from x.y import (p as q, r)
RATE = 1
class A(B):
    f1: int = 0
    def __init__(self, w):
        self.g = w
        self.g = 3
    def m(self, a, b: int = 2, *c, **k):
        x, y = a
        for i, j in x: pass
        z = [e for e in y if cc.foo(RATE)]
        with open(r) as h: q(h)
        lam = lambda u: u + a
        return self.m(x) + self.g + self.f1 + dd.zz
def outer(items):
    total = 0
    def inner(v): return total + v
    return inner(len(items))
"""
TYPESCRIPT = """\
import D, { a as b, c } from "m"; import * as n from "q";
export const f = async (p: number, o = 2, ...rest: string[]): Promise<number> => {
  const { x, y: z, w = 3 } = p;
  let [h] = o;
  this.field = obj.prop;
  for (const k of rest) {} try {} catch (e) { log(e) } return x + z + w + h + k;
  }
class C { private q: number = 1;
  constructor(private name: string) {} get v() { return this.q + this.name } }
function g({ aa, bb }: P, d?: string) { return aa + d + f(1) + n.x + b }
interface P { aa: string }
enum E { A1, B1 = 2 }
type T1 = P | null; const arr = [1].map(s => s + 1);
"""
GO = """\
package p
import ( "fmt"; x2 "a/b" )
type Rec struct { Field int }
const ( C1 = iota; D1 )
func (r *Rec) F(a, b int, c ...string) (n int, err error) { x, y := g(a);
  var z int = 1;
  for i, v := range x { fmt.Println(i,v,z,y) };
  r.Field = D1;
  return x2.Foo(b) }
func g(a int) (int,int) { var r Rec; return r.F(a) }
"""
RUST = """\
use a::b::{c, d as e}; use x::y1;
pub fn f<T>(a: &str, mut b: Vec<T>, (c1, d1): (u8, u8)) -> Option<T> { let x = 1;
  if let Some(yy) = a { m!(yy) } for i in b { i;
  } let g = |k: i32| k + x;
  c1 + y1(d1) + e(b) }
impl S { fn g2(&self, a: u8) -> u8 { self.h + self.g2(a) } }
struct S { pub h: u8 }
enum E { A3, B3(u8) }
fn t(s: S) { match s { S::A(p) => p, S { x, y: z } => x + z, n @ 1 => n, q => q } let w: E = E::A3;
  }
"""
C = """\
#define N1 3
typedef struct { int q; } T;
struct pt { int xx; };
int *f(const char *a, int b[3]) {
  int x = 1, *y;
  for (int i = 0;
  i;
  i++) {} s->m = N1;
  struct pt p;
  p.xx = q;
  return f(a, b, x, y);
  }
int h(int k);
"""
JAVA = """\
class A { private int x = 1;
  A(int p) {} int m(int a, String... b) {
  int y = 2;
  for (var q : b) { q.z();
  } r = z2 -> z2;
  this.x = y;
  o.call(x);
  m(a, b);
  return E.V;
  } enum E { U, V } }"""
RUBY = """\
class A
 X = 1
 def m(a, b = 1, *c, d: 2, &e)
  y, z = 1, 2
  @iv = 3
  b.each { |q| p q, @iv, c, X, e, z }
  m(a)
 end
end
"""
SHELLSCRIPT = """\
f() { local x=1; y=2; echo "$x" ${y}; g $x; }
f a
"""


def check(text: str, language: str, at: str, want: str) -> None:
    """Look at the first `at` in a text; want the kind and line of the declaration."""
    tree = parse(text, language)
    assert tree is not None
    name = name_at(tree, text.index(at))
    found = resolve(tree, name) if name is not None else None
    line = text.count("\n", 0, found.name_start) + 1 if found is not None else 0
    assert (f"{found.kind} {line}" if found is not None else "nothing") == want


@pytest.mark.parametrize(
    ("text", "language", "at", "want"),
    [
        pytest.param(PYTHON, "python", "cc.foo", "import 1", id="python: cc.foo"),
        pytest.param(PYTHON, "python", "RATE)", "constant 3", id="python: RATE)"),
        pytest.param(PYTHON, "python", "w", "parameter 6", id="python: w"),
        pytest.param(PYTHON, "python", "y if", "variable 10", id="python: y if"),
        pytest.param(PYTHON, "python", "e for", "variable 12", id="python: e for"),
        pytest.param(PYTHON, "python", "h)", "variable 13", id="python: h)"),
        pytest.param(PYTHON, "python", "u +", "parameter 14", id="python: u +"),
        pytest.param(PYTHON, "python", "m(x)", "function 9", id="python: m(x)"),
        pytest.param(PYTHON, "python", "g +", "field 7", id="python: g +"),
        pytest.param(PYTHON, "python", "f1 +", "field 5", id="python: f1 +"),
        pytest.param(PYTHON, "python", "dd.z", "import 1", id="python: dd.z"),
        pytest.param(PYTHON, "python", "zz", "nothing", id="python: zz"),
        pytest.param(PYTHON, "python", "total +", "variable 17", id="python: total +"),
        pytest.param(PYTHON, "python", "v", "parameter 18", id="python: v"),
        pytest.param(PYTHON, "python", "inner(len", "function 18", id="python: inner(len"),
        pytest.param(PYTHON, "python", "len(", "nothing", id="python: len("),
        pytest.param(PYTHON, "python", "items)", "parameter 16", id="python: items)"),
        pytest.param(PYTHON, "python", "b: int", "parameter 9", id="python: b: int"),
        pytest.param(PYTHON, "python", "k", "parameter 9", id="python: k"),
        pytest.param(PYTHON, "python", "r) as", "import 2", id="python: r) as"),
        pytest.param(PYTHON, "python", "outer", "function 16", id="python: outer"),
        pytest.param(PYTHON, "python", "A(B", "type 4", id="python: A(B"),
        pytest.param(PYTHON, "python", "B)", "nothing", id="python: B)"),
        pytest.param(PYTHON, "python", "x.y", "nothing", id="python: x.y"),
        pytest.param(PYTHON, "python", "p as", "nothing", id="python: p as"),
        pytest.param(PYTHON, "python", "q, r", "import 2", id="python: q, r"),
        pytest.param(PYTHON, "python", "foo(", "nothing", id="python: foo("),
        pytest.param(PYTHON, "python", "int =", "nothing", id="python: int ="),
        pytest.param(TYPESCRIPT, "typescript", "f(1)", "function 2", id="typescript: f(1)"),
        pytest.param(TYPESCRIPT, "typescript", "x + z", "variable 3", id="typescript: x + z"),
        pytest.param(TYPESCRIPT, "typescript", "z + w", "variable 3", id="typescript: z + w"),
        pytest.param(TYPESCRIPT, "typescript", "w + h", "variable 3", id="typescript: w + h"),
        pytest.param(TYPESCRIPT, "typescript", "h + k", "variable 4", id="typescript: h + k"),
        pytest.param(TYPESCRIPT, "typescript", "k", "variable 6", id="typescript: k"),
        pytest.param(TYPESCRIPT, "typescript", "e) }", "variable 6", id="typescript: e) }"),
        pytest.param(TYPESCRIPT, "typescript", "q + this", "field 8", id="typescript: q + this"),
        pytest.param(TYPESCRIPT, "typescript", "aa + d", "parameter 10", id="typescript: aa + d"),
        pytest.param(TYPESCRIPT, "typescript", "d + f", "parameter 10", id="typescript: d + f"),
        pytest.param(TYPESCRIPT, "typescript", "n.x", "import 1", id="typescript: n.x"),
        pytest.param(TYPESCRIPT, "typescript", "b }", "parameter 10", id="typescript: b }"),
        pytest.param(TYPESCRIPT, "typescript", "P, d", "type 11", id="typescript: P, d"),
        pytest.param(TYPESCRIPT, "typescript", "B1", "field 12", id="typescript: B1"),
        pytest.param(TYPESCRIPT, "typescript", "A1", "field 12", id="typescript: A1"),
        pytest.param(TYPESCRIPT, "typescript", "T1", "alias 13", id="typescript: T1"),
        pytest.param(TYPESCRIPT, "typescript", "s + 1", "parameter 13", id="typescript: s + 1"),
        pytest.param(TYPESCRIPT, "typescript", "name }", "nothing", id="typescript: name }"),
        pytest.param(TYPESCRIPT, "typescript", "rest) {", "parameter 2", id="typescript: rest) {"),
        pytest.param(TYPESCRIPT, "typescript", "P | n", "type 11", id="typescript: P | n"),
        pytest.param(TYPESCRIPT, "typescript", "arr", "constant 13", id="typescript: arr"),
        pytest.param(GO, "go", "fmt.P", "nothing", id="go: fmt.P"),
        pytest.param(GO, "go", "i,v,", "variable 7", id="go: i,v,"),
        pytest.param(GO, "go", "z,y", "variable 6", id="go: z,y"),
        pytest.param(GO, "go", "y) }", "variable 5", id="go: y) }"),
        pytest.param(GO, "go", "r.Field", "parameter 5", id="go: r.Field"),
        pytest.param(GO, "go", "Field =", "field 3", id="go: Field ="),
        pytest.param(GO, "go", "D1", "constant 4", id="go: D1"),
        pytest.param(GO, "go", "x2.F", "import 2", id="go: x2.F"),
        pytest.param(GO, "go", "b) }", "parameter 5", id="go: b) }"),
        pytest.param(GO, "go", "r.F(", "variable 10", id="go: r.F("),
        pytest.param(GO, "go", "F(a) }", "function 5", id="go: F(a) }"),
        pytest.param(GO, "go", "g(a);", "function 10", id="go: g(a);"),
        pytest.param(GO, "go", "Rec", "alias 3", id="go: Rec"),
        pytest.param(GO, "go", "c ...", "parameter 5", id="go: c ..."),
        pytest.param(GO, "go", "n int", "parameter 5", id="go: n int"),
        pytest.param(GO, "go", "Rec) F", "alias 3", id="go: Rec) F"),
        pytest.param(RUST, "rust", "c1 + y1", "parameter 2", id="rust: c1 + y1"),
        pytest.param(RUST, "rust", "y1(d1", "import 1", id="rust: y1(d1"),
        pytest.param(RUST, "rust", "d1) +", "parameter 2", id="rust: d1) +"),
        pytest.param(RUST, "rust", "e(b)", "import 1", id="rust: e(b)"),
        pytest.param(RUST, "rust", "b) }", "parameter 2", id="rust: b) }"),
        pytest.param(RUST, "rust", "yy) }", "variable 3", id="rust: yy) }"),
        pytest.param(RUST, "rust", "k + x", "parameter 4", id="rust: k + x"),
        pytest.param(RUST, "rust", "x", "nothing", id="rust: x"),
        pytest.param(RUST, "rust", "i", "nothing", id="rust: i"),
        pytest.param(RUST, "rust", "h + self", "field 7", id="rust: h + self"),
        pytest.param(RUST, "rust", "g2(a)", "function 6", id="rust: g2(a)"),
        pytest.param(RUST, "rust", "a) } }", "parameter 6", id="rust: a) } }"),
        pytest.param(RUST, "rust", "p, S", "variable 9", id="rust: p, S"),
        pytest.param(RUST, "rust", "z, n", "variable 9", id="rust: z, n"),
        pytest.param(RUST, "rust", "q }", "variable 9", id="rust: q }"),
        pytest.param(RUST, "rust", "A3", "field 8", id="rust: A3"),
        pytest.param(RUST, "rust", "E =", "alias 8", id="rust: E ="),
        pytest.param(RUST, "rust", "S) { m", "alias 7", id="rust: S) { m"),
        pytest.param(C, "c", "N1", "constant 1", id="c: N1"),
        pytest.param(C, "c", "f(a,", "function 4", id="c: f(a,"),
        pytest.param(C, "c", "a, b, x", "parameter 4", id="c: a, b, x"),
        pytest.param(C, "c", "b, x", "parameter 4", id="c: b, x"),
        pytest.param(C, "c", "x, y)", "variable 5", id="c: x, y)"),
        pytest.param(C, "c", "y);", "variable 5", id="c: y);"),
        pytest.param(C, "c", "xx = q", "field 3", id="c: xx = q"),
        pytest.param(C, "c", "pt p", "type 3", id="c: pt p"),
        pytest.param(C, "c", "p.xx", "variable 9", id="c: p.xx"),
        pytest.param(C, "c", "h(int", "function 13", id="c: h(int"),
        pytest.param(C, "c", "k);", "parameter 13", id="c: k);"),
        pytest.param(C, "c", "T;", "alias 2", id="c: T;"),
        pytest.param(JAVA, "java", "q.z", "variable 4", id="java: q.z"),
        pytest.param(JAVA, "java", "z2;", "parameter 5", id="java: z2;"),
        pytest.param(JAVA, "java", "x = y", "field 1", id="java: x = y"),
        pytest.param(JAVA, "java", "x);", "field 1", id="java: x);"),
        pytest.param(JAVA, "java", "m(a, b", "function 2", id="java: m(a, b"),
        pytest.param(JAVA, "java", "a, b)", "parameter 2", id="java: a, b)"),
        pytest.param(JAVA, "java", "b)", "parameter 2", id="java: b)"),
        pytest.param(JAVA, "java", "y", "variable 3", id="java: y"),
        pytest.param(JAVA, "java", "V", "field 10", id="java: V"),
        pytest.param(JAVA, "java", "call(", "nothing", id="java: call("),
        pytest.param(RUBY, "ruby", "q, @", "parameter 6", id="ruby: q, @"),
        pytest.param(RUBY, "ruby", "@iv, c", "field 5", id="ruby: @iv, c"),
        pytest.param(RUBY, "ruby", "c, X", "parameter 3", id="ruby: c, X"),
        pytest.param(RUBY, "ruby", "X, e", "field 2", id="ruby: X, e"),
        pytest.param(RUBY, "ruby", "e, z", "parameter 3", id="ruby: e, z"),
        pytest.param(RUBY, "ruby", "z }", "variable 4", id="ruby: z }"),
        pytest.param(RUBY, "ruby", "m(a)", "function 3", id="ruby: m(a)"),
        pytest.param(RUBY, "ruby", "a)", "parameter 3", id="ruby: a)"),
        pytest.param(RUBY, "ruby", "each", "nothing", id="ruby: each"),
        pytest.param(RUBY, "ruby", "d: 2", "parameter 3", id="ruby: d: 2"),
        pytest.param(SHELLSCRIPT, "shellscript", "f a", "function 1", id="shellscript: f a"),
        pytest.param(SHELLSCRIPT, "shellscript", 'x"', "variable 1", id='shellscript: x"'),
        pytest.param(SHELLSCRIPT, "shellscript", "y}", "variable 1", id="shellscript: y}"),
        pytest.param(SHELLSCRIPT, "shellscript", "x", "variable 1", id="shellscript: x"),
        pytest.param(SHELLSCRIPT, "shellscript", "g $", "nothing", id="shellscript: g $"),
    ],
)
def test_resolve(text: str, language: str, at: str, want: str) -> None:
    check(text, language, at, want)
