"""Functions of several languages in which there is something to get wrong."""

PYTHON = """\
def within(items, low, high, *, step=1):
    \"\"\"Say 1 < 2 and not True.\"\"\"
    total = 0  # not 1
    for item in items:
        if low <= item and not blocked(item, low):
            total += item * step
    return total if ready else [*items, "a" + name]
"""
TYPESCRIPT = """\
export function within(items: Map<number, 5>, low: number): boolean {
    let total = 0;
    for (const item of items) {
        if (item.size > low && !blocked(item, low)) {
            total++;
        }
    }
    return total === low;
}
"""
GO = """\
package shop

func within(items []int, low int) (int, error) {
	total, err := 0, check(items)
	for _, item := range items {
		if item != low || blocked(low, item) {
			total -= item
		}
	}
	return total, err
}
"""
RUST = """\
fn within(items: &[u32], low: u32) -> bool {
    let mut total: u32 = 10;
    for item in items {
        if !blocked(*item, low) { total += item.0; }
    }
    println!("{} < {}", total, 1);
    total < low
}
"""
JAVA = """\
class Shop {
    boolean within(List<Integer> items, int low) {
        int total = 0;
        for (int item : items) {
            total = total + item;
        }
        return blocked(total, low);
    }
}
"""
C = """\
int within(int *items, int n) {
    int total = 1, other = 07;
    for (int i = 0; i < n; i++)
        total += items[i];
    return (total);
}
"""
FILES = {
    "a.py": PYTHON,
    "a.ts": TYPESCRIPT,
    "a.go": GO,
    "a.rs": RUST,
    "a.java": JAVA,
    "a.c": C,
}
