"""Makes nlp/model/persons.npz again: python -m nlp.train.persons PUBLIC BASE [--out FILE]

PUBLIC: the folder with the public data sets; of it ner/btc, ner/wnut17 and names are read, which
nlp/model/card.md describes. BASE: as for nlp.train; of it only the word vectors are read, which
no reader changes, so that this need not be made again with a new reader. A minute and a half of
one core, without torch. Prints how well it does on the development splits.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import random
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import MiniBatchKMeans
from threadpoolctl import threadpool_limits
from tokenizers import Tokenizer

from nlp.persons import TAGS, WEIGHTS, Chain, save
from nlp.signs import Lexicon, plain, signs_of, words_of
from nlp.train.chain import fit
from nlp.train.tagged import Tagged, is_account, persons_of, rates, read_tagged

SEED = 1
# Sentences that name somebody are shown once more with names of any country in their place: few
# people in the public data are called as our pupils are. Of these, in small letters; and of names,
# made up of two, so that names are also known by what stands around them.
_SMALL, _MADE_UP = 0.5, 0.5
_ALONE = 0.3  # of single names, given a surname
_OWN = Path(__file__).with_name("named.toml")
_NAMED_TIMES, _NOBODY_TIMES = 20, 10  # how often each sentence of our own is shown
_KINDS_OF_WORDS = 256


Names = Mapping[str, tuple[Sequence[str], Sequence[str]]]  # country to forenames and surnames


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m nlp.train.persons")
    parser.add_argument("public", type=Path)
    parser.add_argument("base", type=Path)
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    asked = parser.parse_args(arguments)
    names = _names(asked.public / "names")
    shown = [_alike(s) for s in read_tagged(asked.public / "ner/btc/btc.train.gz")]
    shown += read_tagged(asked.public / "ner/wnut17/wnut17train.conll")
    chain = learn(
        [*shown, *_renamed(shown, names), *_own(names)], lexicon_of(names, kinds_of(asked.base))
    )
    save(chain, asked.out)
    for name in ("ner/btc/btc.dev", "ner/wnut17/emerging.dev.conll"):
        for what, found in rates(chain, list(read_tagged(asked.public / name))).items():
            sys.stderr.write(
                f"{name} {what}: P {found.precision:.3f} R {found.recall:.3f} F1 {found.f1:.3f}\n"
            )
    return 0


def learn(sentences: Sequence[Tagged], lexicon: Lexicon) -> Chain:
    """The chain that knows *lexicon* and has learnt from *sentences*."""
    signs = [signs_of([word for word, _ in s], lexicon) for s in sentences]
    fitted = fit(signs, [[TAGS.index(tag) for _, tag in s] for s in sentences])
    scale = float(np.abs(fitted.weights).max()) / 127
    small = np.round(fitted.weights / scale).astype(np.int8)
    return Chain(small, scale, fitted.follows, fitted.first, lexicon)


def lexicon_of(names: Names, kinds: Mapping[str, int]) -> Lexicon:
    forenames, surnames = (
        frozenset(word for both in names.values() for name in both[n] for word in _words(name))
        for n in (0, 1)
    )
    return Lexicon(forenames, surnames, kinds)


def kinds_of(base: Path) -> dict[str, int]:
    """The kind of each whole word of the base model: words of like vectors are of one kind."""
    vocabulary = Tokenizer.from_file(str(base / "tokenizer.json")).get_vocab()
    words = sorted(word for word in vocabulary if word.isalpha() and len(word) > 1)
    vectors = _word_vectors(base / "model.safetensors")[[vocabulary[word] for word in words]]
    vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    cluster = MiniBatchKMeans(
        _KINDS_OF_WORDS, random_state=SEED, batch_size=2048, max_iter=8, n_init=1, init="random"
    )
    with threadpool_limits(limits=1):
        return dict(zip(words, cluster.fit_predict(vectors).tolist(), strict=True))


def _word_vectors(path: Path) -> NDArray[np.float32]:
    """Of a file of weights (safetensors): its header says in JSON where each table lies."""
    content = path.read_bytes()
    begin = 8 + int.from_bytes(content[:8], "little")
    tables = json.loads(content[8:begin])
    table = next(tables[name] for name in tables if name.endswith("word_embeddings.weight"))
    start, end = table["data_offsets"]
    kind = {"F32": np.float32, "F16": np.float16}[table["dtype"]]
    vectors = np.frombuffer(content[begin + start : begin + end], kind).reshape(table["shape"])
    return vectors.astype(np.float32)


def _alike(sentence: Tagged) -> Tagged:
    """Some annotators left out the @ of an account, most did not."""
    return [
        (word, after if word == "@" and tag == "O" and after.startswith("B-") else tag)
        for (word, tag), (_, after) in zip(sentence, [*sentence[1:], ("", "O")], strict=True)
    ]


def _renamed(sentences: Sequence[Tagged], names: Names) -> Iterator[Tagged]:
    chance = random.Random(SEED)
    countries = sorted(names)
    for sentence in sentences:
        words = [word for word, _ in sentence]
        named = [s for s in persons_of([tag for _, tag in sentence])
                 if not is_account(words, s[0]) and words[s[0]][0] != "#"]  # fmt: skip
        if not named:
            continue
        new = list(sentence)
        for start, end in sorted(named, reverse=True):
            given = _somebody(names[chance.choice(countries)], end - start > 1, chance)
            new[start:end] = [(w, "I-PER" if n else "B-PER") for n, w in enumerate(given)]
        yield _perhaps_small(new, chance)


def _own(names: Names) -> Iterator[Tagged]:
    """Our own sentences, each with many names and classes."""
    kept = tomllib.loads(_OWN.read_text(encoding="utf-8"))
    chance = random.Random(SEED)
    countries = sorted(names)
    for which, times in (("named", _NAMED_TIMES), ("nobody", _NOBODY_TIMES)):
        for sentence in [s for s in kept[which] for _ in range(times)]:
            filled = sentence.replace("{class}", chance.choice(kept["classes"]))
            tagged: list[tuple[str, str]] = []
            for n, piece in enumerate(filled.split("{name}")):
                given = _somebody(names[chance.choice(countries)], True, chance) if n else []
                tagged += [(w, "I-PER" if at else "B-PER") for at, w in enumerate(given)]
                tagged += [(word, "O") for word in words_of(piece)]
            yield _perhaps_small(tagged, chance)


def _perhaps_small(sentence: Tagged, chance: random.Random) -> Tagged:
    small = chance.random() < _SMALL
    return [(word.lower(), tag) for word, tag in sentence] if small else sentence


def _somebody(
    of_a_country: tuple[Sequence[str], Sequence[str]], whole: bool, chance: random.Random
) -> list[str]:
    forenames, surnames = of_a_country
    surname = [_name(surnames, chance)] if whole or chance.random() < _ALONE else []
    return " ".join([_name(forenames, chance), *surname]).split()


def _name(names: Sequence[str], chance: random.Random) -> str:
    """One of them, or the beginning of one and the end of another."""
    one, other = chance.choice(names), chance.choice(names)
    if chance.random() >= _MADE_UP or " " in one + other or min(len(one), len(other)) < 4:
        return one
    return one[: len(one) // 2 + 1] + other[(len(other) + 1) // 2 :].lower()


def _names(folder: Path) -> Names:
    """The countries of which both are known."""
    forenames, surnames = (
        _by_country(folder / f"common-{which}-by-country.csv.gz")
        for which in ("forenames", "surnames")
    )
    return {c: (forenames[c], surnames[c]) for c in forenames if c in surnames}


def _by_country(path: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    with gzip.open(path, "rt", encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            here, in_latin = row["Localized Name"].strip(), row["Romanized Name"].strip()
            name = here if here and all(ord(c) < 0x250 for c in here) else in_latin
            if name:
                found[row["Country"]].append(name)
    return found


def _words(name: str) -> list[str]:
    return [plain(word) for word in name.split() if len(word) > 1]


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
