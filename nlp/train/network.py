"""The reader as a neural network: one small shared encoder, and a head for each question.

The encoder is MiniLM-L6 (22 million parameters, Apache-2.0). Its word vectors stay as they
are, but for the marks of nlp/rendering.py, which start as the words nearest to them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from transformers import BertModel

from monitor.domain import Category, Sentiment, Severity
from nlp.rendering import Mark
from nlp.train.public import QUESTIONS

# The words whose vectors the marks begin with; all of them are single words of the vocabulary.
_LIKE = {
    Mark.NAME: "school",
    Mark.SHORT: "school",
    Mark.COMMON: "academy",
    Mark.UNCAPITALISED: "place",
    Mark.HEAD: "principal",
    Mark.STAFF: "teacher",
    Mark.SURNAME: "surname",
    Mark.TOWN: "town",
    Mark.ELSEWHERE: "elsewhere",
    Mark.NAMESAKE: "another",
    Mark.PRIMARY: "elementary",
    Mark.SECONDARY: "secondary",
    Mark.OTHER_SCHOOL: "school",
    Mark.WROTE: "wrote",
}
HEADS: Mapping[str, int] = {
    "about": 1,
    "categories": len(Category),
    "severity": len(Severity) - 1,  # one question for each step: at least low, medium ...
    "sentiment": len(Sentiment),
    "public": len(QUESTIONS),
}


@dataclass(frozen=True, slots=True)
class Read:
    """Logits: `heads[name]` (texts x answers), `words` (texts x tokens x categories)."""

    heads: dict[str, Tensor]
    words: Tensor


class Network(nn.Module):
    """Token ids, attention mask and evidence (nlp/evidence.py) in; logits out."""

    def __init__(
        self, encoder: BertModel, evidence: int, first_mark: int, *, dropout: float = 0.1
    ) -> None:
        super().__init__()
        self.encoder = encoder
        size = encoder.config.hidden_size
        self.marks = nn.Embedding(len(Mark), size)
        self.first_mark = first_mark
        self.evidence = nn.Sequential(nn.Linear(evidence, 64), nn.Tanh())
        self.dropout = nn.Dropout(dropout)
        self.heads = nn.ModuleDict({k: nn.Linear(2 * size + 64, n) for k, n in HEADS.items()})
        self.words = nn.Linear(size, len(Category))

    def forward(self, ids: Tensor, mask: Tensor, evidence: Tensor) -> Read:
        vectors = self._vectors(ids)
        states = self.encoder(inputs_embeds=vectors, attention_mask=mask).last_hidden_state
        weight = mask.unsqueeze(-1).to(states.dtype)
        mean = (states * weight).sum(1) / weight.sum(1)
        whole = torch.cat([states[:, 0], mean, self.evidence(evidence)], dim=1)
        whole = self.dropout(whole)
        return Read({k: head(whole) for k, head in self.heads.items()}, self.words(states))

    def _vectors(self, ids: Tensor) -> Tensor:
        number = (ids - self.first_mark).clamp(0, len(Mark) - 1)
        is_mark = (ids - self.first_mark == number).unsqueeze(-1)
        words = self.encoder.embeddings.word_embeddings(ids)
        return torch.where(is_mark, self.marks(number), words)


def fresh(base: Path, evidence: int, vocabulary: Mapping[str, int]) -> Network:
    """The network before any training. *base*: the folder with MiniLM's config and weights."""
    # words are hidden instead (nlp/train/loop.py): dropping numbers inside takes twice the time
    encoder = BertModel.from_pretrained(
        base,
        add_pooling_layer=False,
        attn_implementation="eager",
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    network = Network(encoder, evidence, vocabulary[next(iter(Mark)).value])
    vectors = encoder.embeddings.word_embeddings.weight
    with torch.no_grad():
        for number, mark in enumerate(Mark):
            network.marks.weight[number] = vectors[vocabulary[_LIKE[mark]]]
    vectors.requires_grad_(False)
    return network


def still(network: Network, layers: int) -> None:
    """Leave the marks and the lowest *layers* as they are: what has learnt its words already
    needs them no more, and a step takes two thirds of the time."""
    network.marks.weight.requires_grad_(False)
    lowest = (network.encoder.embeddings, *network.encoder.encoder.layer[:layers])
    for part in lowest:
        for weights in part.parameters():
            weights.requires_grad_(False)


def soften(network: Network, before: Mapping[str, Tensor], share: float) -> None:
    """Take *share* of the way back to the weights *before* it learnt, and let the heads speak
    as much more quietly: what was learnt by heart goes first (shrink and perturb: Ash and
    Adams 2020; between the two lies a network that is as good: Wortsman et al. 2022)."""
    with torch.no_grad():
        for name, weights in network.named_parameters():
            if name.startswith("encoder."):
                weights.lerp_(before[name], share)
            elif name.startswith(("heads.", "words.")):
                weights.mul_(1.0 - share)
