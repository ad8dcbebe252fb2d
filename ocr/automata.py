"""Languages made of parts: words, chains of them, choices, and mixtures with what is not foreseen.

Every language here gives each letter a probability; all probabilities of what may follow a text, its end included,
sum to 1 or less. Where an automaton may stand in several places at once, all are kept with their shares.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ocr.beam import Language

NEVER = -math.inf


def log(p: float) -> float:
    """Return the natural logarithm of a probability, minus infinity for none."""
    return math.log(p) if p > 0 else NEVER


@dataclass(slots=True)
class Node:
    """A place in an automaton: what may follow, with shares, and the share of texts that end here."""

    arcs: dict[str, list[tuple["Node", float]]] = field(default_factory=dict)
    end: float = 0.0


def words(weights: Mapping[str, float]) -> Node:
    """Return the automaton of single texts by their *weights*: a tree of their beginnings."""
    root = Node()
    mass: dict[int, float] = {}
    for text, weight in weights.items():
        if weight <= 0:
            continue
        at = root
        mass[id(at)] = mass.get(id(at), 0.0) + weight
        for letter in text:
            below = at.arcs.setdefault(letter, [(Node(), 0.0)])
            node, so_far = below[0]
            below[0] = (node, so_far + weight)
            at = node
            mass[id(at)] = mass.get(id(at), 0.0) + weight
        at.end += weight
    for node in _nodes(root):
        whole = mass.get(id(node), 1.0)
        node.end /= whole
        node.arcs = {c: [(n, w / whole) for n, w in row] for c, row in node.arcs.items()}
    return root


def any_of(texts: Iterable[str]) -> Node:
    """Return the automaton of *texts*, all alike."""
    return words(dict.fromkeys(texts, 1.0))


def chain(*parts: Node) -> Node:
    """Return the automaton of one text of each part after another."""
    *firsts, following = parts
    for part in reversed(firsts):
        following = _joined(part, following)
    return following


def either(parts: Sequence[tuple[Node, float]]) -> Node:
    """Return the automaton of one text of any part, by weights."""
    whole = sum(weight for _, weight in parts)
    out = Node()
    for part, weight in parts:
        share = weight / whole
        out.end += share * part.end
        for letter, row in part.arcs.items():
            out.arcs.setdefault(letter, []).extend((node, share * p) for node, p in row)
    return out


def _nodes(root: Node) -> list[Node]:
    seen, todo = {id(root): root}, [root]
    while todo:
        for row in todo.pop().arcs.values():
            for node, _ in row:
                if id(node) not in seen:
                    seen[id(node)] = node
                    todo.append(node)
    return list(seen.values())


def _joined(first: Node, then: Node) -> Node:
    """Return *first* with *then* after each of its ends; *then* is shared, *first* copied."""
    copies = {id(node): Node() for node in _nodes(first)}
    for node in _nodes(first):
        copy = copies[id(node)]
        copy.arcs = {c: [(copies[id(n)], p) for n, p in row] for c, row in node.arcs.items()}
        if node.end:
            copy.end = node.end * then.end
            for letter, row in then.arcs.items():
                copy.arcs[letter] = copy.arcs.get(letter, []) + [(n, node.end * p) for n, p in row]
    return copies[id(first)]


_Places = tuple[tuple[Node, float], ...]


class Automaton:
    """The language of an automaton; letters are compared in small form, and their case counts apart."""

    def __init__(self, root: Node, large: float = 0.9) -> None:
        """Take *root* and the share of words that begin *large*."""
        self._root = root
        self._large = large

    def start(self) -> tuple[_Places, str]:
        """Return the state before the first letter."""
        return ((self._root, 1.0),), ""

    def step(self, state: tuple[_Places, str], letter: str) -> tuple[tuple[_Places, str], float]:
        """Return (state after *letter*, its log-probability)."""
        places, shape = state
        small = letter.lower()
        after: dict[int, tuple[Node, float]] = {}
        for node, share in places:
            for then, p in node.arcs.get(small, ()):
                known = after.get(id(then))
                after[id(then)] = (then, share * p + (known[1] if known else 0.0))
        whole = sum(share for _, share in after.values())
        if not whole:
            return ((), shape), NEVER
        shape, odds = cased(shape, letter, self._large)
        return (tuple((node, share / whole) for node, share in after.values()), shape), math.log(whole) + odds

    def end(self, state: tuple[_Places, str]) -> float:
        """Return the log-probability that the text ends here."""
        return log(sum(share * node.end for node, share in state[0]))


_GOES_ON = 0.9
"""Share of words whose second letter is small, among those that begin large; small ones hardly ever grow."""
_SAME, _OTHER = math.log(0.99), math.log(0.01)


def cased(shape: str, letter: str, begins: float) -> tuple[str, float]:
    """Return (shape of the word so far, log-probability of *letter*'s case after *shape*).

    A shape is the case of the first and of the second letter: words begin large in the share *begins*, and go on as
    they went on.
    """
    if not letter.isalpha():
        return "", 0.0
    large = letter.isupper()
    if not shape:
        return "U" if large else "l", math.log(begins if large else 1 - begins)
    if len(shape) == 1:
        grows = 1 - _GOES_ON if shape == "U" else 0.01
        return shape + ("U" if large else "l"), math.log(grows if large else 1 - grows)
    return shape, _SAME if large == (shape[1] == "U") else _OTHER


class Mixed:
    """One of several languages wrote the whole text; which, shows as it goes on."""

    def __init__(self, parts: Sequence[tuple[Language, float]]) -> None:
        whole = sum(weight for _, weight in parts)
        self._parts = tuple(language for language, _ in parts)
        self._odds = tuple(log(weight / whole) for _, weight in parts)

    def start(self) -> tuple[tuple[Any, float], ...]:
        """Return the state before the first letter: each part's own and its share (logarithm)."""
        return tuple((part.start(), odds) for part, odds in zip(self._parts, self._odds, strict=True))

    def step(self, state: tuple[tuple[Any, float], ...], letter: str) -> tuple[tuple[tuple[Any, float], ...], float]:
        """Return (state after *letter*, its log-probability)."""
        owns, shares = [], []
        for part, (own, share) in zip(self._parts, state, strict=True):
            then, odds = part.step(own, letter) if share != NEVER else (own, NEVER)
            owns.append(then)
            shares.append(share + odds)
        whole = _sum(shares)
        if whole != NEVER:
            shares = [share - whole for share in shares]
        return tuple(zip(owns, shares, strict=True)), whole

    def end(self, state: tuple[tuple[Any, float], ...]) -> float:
        """Return the log-probability that the text ends here."""
        parts = zip(self._parts, state, strict=True)
        return _sum([share + part.end(own) for part, (own, share) in parts if share != NEVER])


class Parts:
    """Texts one after another with *mark* between, each of a language of its own by its number."""

    def __init__(self, mark: str, language_of: Callable[[int], Language], go_on: Sequence[float]) -> None:
        """Take *go_on*: the probability that another part follows after the first, the second and so on."""
        self._mark = mark
        self._language = language_of
        self._go_on = go_on

    def _more(self, number: int) -> float:
        return self._go_on[min(number, len(self._go_on) - 1)]

    def start(self) -> tuple[int, Any]:
        """Return the state before the first letter."""
        return 0, self._language(0).start()

    def step(self, state: tuple[int, Any], letter: str) -> tuple[tuple[int, Any], float]:
        """Return (state after *letter*, its log-probability)."""
        number, own = state
        if letter == self._mark:
            odds = self._language(number).end(own) + log(self._more(number))
            return (number + 1, self._language(number + 1).start()), odds
        own, odds = self._language(number).step(own, letter)
        return (number, own), odds

    def end(self, state: tuple[int, Any]) -> float:
        """Return the log-probability that the text ends here."""
        number, own = state
        return self._language(number).end(own) + log(1 - self._more(number))


def _sum(odds: Sequence[float]) -> float:
    """Return the logarithm of the sum of probabilities given as logarithms."""
    top = max(odds, default=NEVER)
    if top == NEVER or len(odds) == 1:
        return top
    return top + math.log(sum([math.exp(value - top) for value in odds]))
