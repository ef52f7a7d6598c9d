"""Fitting the network: batches of like length, one optimiser, a rate that rises and falls."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import inf
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits as bce
from torch.nn.functional import cross_entropy

from nlp.train.network import Network, Read
from nlp.train.samples import PublicText, Window

RATE, HEADS_FASTER = 1.5e-4, 4.0
FIRST_RATE = 1e-4
KEPT_EVERY = 100  # steps from one checkpoint to the next
PUBLIC_BATCH, BATCH = 48, 48
_FOUND_MATTERS = 2.0  # a category that is missed costs twice a false one: doubt goes up
_STEPS_MATTER = (1.0, 1.0, 2.0, 1.0)  # from high on somebody is told today
# Shares hidden while training, so that no single rule and no single word is leant upon.
_HIDDEN_EVIDENCE, _HIDDEN_WORDS = 0.15, 0.12
# What the network is taught to be at most as sure of: an annotator errs now and then, and a
# network that is pushed to 0 and 1 learns its posts by heart.
_UNSURE, _SURE, _MOOD_UNSURE = 0.02, 0.95, 0.05
_MASK = 103  # [MASK] in BERT's vocabulary

Say = Callable[[str], None]
Step = Callable[[], Tensor]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Weight:
    """What each question's mistakes count, in the sum that is made small."""

    about: float = 1.0
    categories: float = 4.0
    severity: float = 1.5
    sentiment: float = 0.6
    words: float = 4.0


def fit_public(
    network: Network, texts: Sequence[PublicText], *, epochs: float, seed: int, say: Say
) -> None:
    """The first course: what hate, offence, threat and warmth sound like, whoever is meant."""
    rng = random.Random(seed)
    steps = [
        _public_step(network, batch)
        for batch in _batches(texts, PUBLIC_BATCH, epochs, rng, lambda text: len(text.ids))
    ]
    _descend(network, steps, FIRST_RATE, 1.0, say)


def fit_posts(
    network: Network,
    posts: Sequence[tuple[Window, ...]],
    texts: Sequence[PublicText],
    *,
    epochs: float,
    replay: float,
    seed: int,
    say: Say,
    rate: float = RATE,
    faster: float = HEADS_FASTER,
    keep: Callable[[], None] = lambda: None,
    minutes: float = inf,
) -> None:
    """The second course: posts about schools, and every few steps a batch of the first, lest
    it be forgotten. *posts*: for each window the same window with and without its author.
    *keep* is called now and then, to keep what is there. After *minutes* it ends early, as
    gently as it would at the last step."""
    rng = random.Random(seed)
    steps = [
        _post_step(network, [rng.choice(window) for window in batch], rng.randrange(2**31))
        for batch in _batches(posts, BATCH, epochs, rng, lambda post: len(post[-1].ids))
    ]
    again = _batches(texts, PUBLIC_BATCH, 1.0, rng, lambda text: len(text.ids))
    for _, batch in zip(range(int(len(steps) * replay)), again, strict=False):
        steps.insert(rng.randrange(len(steps)), _public_step(network, batch))
    _descend(network, steps, rate, faster, say, keep, minutes)


def _batches(
    items: Sequence[T], size: int, epochs: float, rng: random.Random, length: Callable[[T], int]
) -> Iterator[list[T]]:
    """Shuffled, but of like length together: a batch is as slow as its longest."""
    left = int(len(items) / size * epochs)
    while left > 0:
        order = rng.sample(range(len(items)), len(items))
        groups = [order[at : at + size * 32] for at in range(0, len(order), size * 32)]
        for group in groups:
            group.sort(key=lambda n: length(items[n]))
            batches = [group[at : at + size] for at in range(0, len(group), size)]
            rng.shuffle(batches)
            for batch in batches[:left]:
                yield [items[n] for n in batch]
            left -= len(batches)


def _public_step(network: Network, batch: Sequence[PublicText]) -> Step:
    def step() -> Tensor:
        ids, mask = padded([text.ids for text in batch])
        nothing = torch.zeros(len(batch), network.evidence[0].in_features)
        answers = torch.tensor([text.answers for text in batch])
        asked = (answers >= 0).float()
        loss = bce(
            read(network, ids, mask, nothing).heads["public"],
            answers.clamp(min=0),
            reduction="none",
        )
        return _mean(loss, asked)

    return step


def _post_step(network: Network, batch: Sequence[Window], seed: int) -> Step:
    def step() -> Tensor:
        chance = torch.Generator().manual_seed(seed)
        ids, mask = padded([window.ids for window in batch])
        evidence = torch.tensor([window.evidence for window in batch])
        kept = torch.rand(evidence.shape, generator=chance) >= _HIDDEN_EVIDENCE
        hidden = torch.rand(ids.shape, generator=chance) < _HIDDEN_WORDS
        ids = torch.where(hidden & (ids > _MASK), _MASK, ids)  # marks and [CLS] stay
        found = read(network, ids, mask, evidence * kept)
        return _loss(found, batch, Weight())

    return step


def _loss(found: Read, batch: Sequence[Window], weight: Weight) -> Tensor:
    about = torch.tensor([window.about for window in batch])
    ours = about.unsqueeze(1)
    categories = torch.tensor([window.categories for window in batch]).clamp(_UNSURE, _SURE)
    at_least = torch.tensor([window.at_least for window in batch]).clamp(_UNSURE, _SURE)
    sentiment = torch.tensor([window.sentiment for window in batch])
    words, there = _words(batch, found.words.shape[1])
    matters = torch.full((categories.shape[1],), _FOUND_MATTERS)
    heads = found.heads
    return (
        weight.about * bce(heads["about"][:, 0], about.clamp(_UNSURE, _SURE))
        + weight.categories
        * _mean(bce(heads["categories"], categories, pos_weight=matters, reduction="none"), ours)
        + weight.severity
        * _mean(
            bce(heads["severity"], at_least, reduction="none"), ours * torch.tensor(_STEPS_MATTER)
        )
        + weight.sentiment * _mean(_mood_loss(heads["sentiment"], sentiment), about)
        + weight.words
        * _mean(bce(found.words, words, reduction="none"), there * about.view(-1, 1, 1))
    )


def _mood_loss(answers: Tensor, sentiment: Tensor) -> Tensor:
    return cross_entropy(answers, sentiment, reduction="none", label_smoothing=_MOOD_UNSURE)


def _mean(loss: Tensor, counts: Tensor) -> Tensor:
    """The mean over those that count."""
    counts = counts.expand_as(loss)
    return (loss * counts).sum() / counts.sum().clamp(min=1.0)


def _words(batch: Sequence[Window], length: int) -> tuple[Tensor, Tensor]:
    words = np.zeros((len(batch), length, batch[0].words.shape[1]), np.float32)
    there = np.zeros((len(batch), length, 1), np.float32)
    for row, window in enumerate(batch):
        words[row, : len(window.ids)] = window.words
        there[row, : len(window.ids)] = 1.0
    return torch.from_numpy(words), torch.from_numpy(there)


def read(network: Network, ids: Tensor, mask: Tensor, evidence: Tensor) -> Read:
    """In half precision where the processor is made for it (elsewhere it is slower); answers
    in full."""
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=torch.cpu._is_amx_tile_supported()):
        found = network(ids, mask, evidence)
    return Read({k: v.float() for k, v in found.heads.items()}, found.words.float())


def padded(texts: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
    ids = torch.zeros(len(texts), max(map(len, texts)), dtype=torch.long)
    mask = torch.zeros_like(ids)
    for row, text in enumerate(texts):
        ids[row, : len(text)] = torch.tensor(text)
        mask[row, : len(text)] = 1
    return ids, mask


def _descend(
    network: Network,
    steps: Sequence[Step],
    rate: float,
    faster: float,
    say: Say,
    keep: Callable[[], None] = lambda: None,
    minutes: float = inf,
) -> None:
    optimiser = torch.optim.AdamW(_groups(network, rate, faster), weight_decay=0.01)
    warm = min(max(1, len(steps) // 15), 20)
    started, average = time.monotonic(), 0.0

    def gone(step: int) -> float:  # the share of the steps, or of the time
        return max(step / len(steps), (time.monotonic() - started) / (60 * minutes))

    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda k: min(1.0, (k + 1) / warm) * max(0.02, 1.0 - gone(k))
    )
    network.train()
    for number, step in enumerate(steps):
        if gone(number) >= 1.0:
            break
        loss = step()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        optimiser.zero_grad()
        average = 0.98 * average + 0.02 * loss.item() if number else loss.item()
        if number % KEPT_EVERY == KEPT_EVERY - 1:
            keep()
        if number % 20 == 0:
            passed = (time.monotonic() - started) / 60
            say(f"step {number} of {len(steps)}, loss {average:.4f}, {passed:.1f} minutes")


def _groups(network: Network, rate: float, faster: float) -> list[dict[str, object]]:
    """The encoder learns slowly, the heads and the marks faster; word vectors stay."""
    encoder = [p for p in network.encoder.parameters() if p.requires_grad]
    heads = [
        p
        for name, p in network.named_parameters()
        if p.requires_grad and not name.startswith("encoder.")
    ]
    return [
        {"params": encoder, "lr": rate},
        {"params": heads, "lr": rate * faster},
    ]
