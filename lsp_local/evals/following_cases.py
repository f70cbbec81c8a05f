"""Small functions without any style, what is asked of each, and edits that all have one."""

RAISE = "Raise a ValueError with a message if `{}` is negative."
PRINT = "Print a message with `{}` before the result is returned."
EMPTY = "Raise a ValueError with a message if `{}` is empty."
# Each is Python; the instruction brings at least one string.
CASES: tuple[tuple[str, str], ...] = (
    ("def area(width, height):\n    return width * height\n", RAISE.format("width")),
    ("def average(numbers):\n    return sum(numbers) / len(numbers)\n", EMPTY.format("numbers")),
    ("def clip(value, low, high):\n    return max(low, min(value, high))\n", PRINT.format("value")),
    ("def speed(distance, time):\n    return distance / time\n", RAISE.format("time")),
    ("def with_tax(price, rate):\n    return price * (1 + rate)\n", RAISE.format("rate")),
    ("def factorial(n):\n    return 1 if n < 2 else n * factorial(n - 1)\n", RAISE.format("n")),
    (
        "def discount(price, percent):\n    return price - price * percent / 100\n",
        RAISE.format("percent"),
    ),
    ("def is_even(number):\n    return number % 2 == 0\n", RAISE.format("number")),
    ("def sign(value):\n    return (value > 0) - (value < 0)\n", PRINT.format("value")),
    (
        "def first(items):\n    return items[0]\n",
        "Raise a ValueError with a message if it is empty.",
    ),
    (
        "def last(items):\n    return items[-1]\n",
        "Raise a ValueError with a message if it is empty.",
    ),
    ("def total(prices):\n    return sum(prices)\n", EMPTY.format("prices")),
    ("def double(value):\n    return 2 * value\n", PRINT.format("value")),
    ("def distance(a, b):\n    return abs(a - b)\n", RAISE.format("a")),
    ("def power(base, n):\n    return base**n\n", RAISE.format("n")),
    ("def half(value):\n    return value / 2\n", PRINT.format("value")),
    ("def grade(points):\n    return points // 10\n", RAISE.format("points")),
    ("def joined(words):\n    return sum(words, [])\n", EMPTY.format("words")),
    (
        "def count(items, wanted):\n    return sum(one == wanted for one in items)\n",
        EMPTY.format("items"),
    ),
    ("def middle(low, high):\n    return (low + high) // 2\n", RAISE.format("low")),
    ("def volume(a, b, c):\n    return a * b * c\n", RAISE.format("a")),
    ("def remaining(total, used):\n    return total - used\n", RAISE.format("used")),
    ("def ratio(part, whole):\n    return part / whole\n", RAISE.format("whole")),
    ("def largest(numbers):\n    return max(numbers)\n", EMPTY.format("numbers")),
)
# What stood before, what was accepted, what stood behind.
ACCEPTED: tuple[tuple[str, str, str], ...] = (
    ("NAMES = {\n    ", "'NAME': 'a name',", "\n}\n"),
    ("def NAME():\n    ", "return open('NAME.txt', 'r')", "\n"),
    ("def NAME(row):\n    ", "return row['NAME']", "\n"),
    ("import logging\n\n\ndef NAME(x):\n    ", "logging.info('NAME %s', x)", "\n"),
    (
        "def NAME(value):\n    ",
        '"""Keep it.\n\n    Parameters\n    ----------\n    value\n        Any value.\n    """',
        "\n    return value\n",
    ),
    (
        "def NAME(a, b):\n    ",
        '"""Add both.\n\n    Parameters\n    ----------\n    a\n        One.\n    b\n        Other.'
        '\n\n    Returns\n    -------\n    The sum.\n    """',
        "\n    return a + b\n",
    ),
)
