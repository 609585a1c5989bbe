"""A printed season in which each letter has some passages of its own among paragraphs that all letters share.

The passages are made hard to find. Shared paragraphs have small edits in many letters. Passages are made of parts,
so that the letters of two councils often have one sentence in common. Some passages stand in three letters.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from unittest.mock import patch

from redress.check.sharing import shared_paragraphs
from redress.model.landed import Disposition, Fate, LandedLetter
from redress.model.letter import Letter
from redress.model.season import Season
from samples.press.content import LetterContent
from samples.press.printing import letter_pdf
from samples.press.random_letters import random_table
from samples.press.tables import letter_content, read_averages
from samples.press.wording import letter_prose

SEASON = Season(2021)
MOST_PASSAGES = 6
SHARED_BY_THREE = 3
EDITED_SHARE = 0.3
"""The share of a letter's shared paragraphs to which a small edit is applied. No heading is edited."""

_OPENINGS = (
    "I was disappointed that your Council did not complete two of the remedies that it had agreed to.",
    "During the year I published a public interest report about the way your Council dealt with {matter}.",
    "I am pleased that your officers replied to every one of our enquiries about {matter} within twenty days.",
    "In one case about {matter} your Council took seven months to do what it had told us it would do.",
    "Your Council refused our recommendations in a complaint about {matter}, and I have asked for a meeting.",
    "It was welcome to see your senior officers at the course on {matter} that we held in the spring.",
    "We found fault three times with how {matter} was handled, and each time for the same reason.",
    "Your Council told us twice that letters about {matter} had been sent when they had not.",
    "I would like to mention the quick and generous way in which a complaint about {matter} was settled.",
    "Replies from your Council about {matter} came late in eleven of sixteen cases that we looked into.",
    "We had to threaten a witness summons before papers about {matter} were given to my investigator.",
    "My staff were concerned by what they read in your Council's policy on {matter}, which is out of date.",
    "A review of {matter} that your Council promised two years ago has still not been brought to members.",
    "I note that your Council has taken back in house the contract under which {matter} was run.",
)
_MATTERS = (
    "free early education", "school transport", "a care home's fees", "temporary accommodation", "missed bins",
    "a planning application", "council tax arrears", "special educational needs", "a blue badge", "noise at night",
    "housing repairs", "direct payments", "an adult's care plan", "foster carers", "parking penalties",
    "a disabled facilities grant", "licensing of taxis", "a burial plot", "adoption records", "a dropped kerb",
)  # fmt: skip
_MIDDLES = (
    "A mother and her two children were left without help from October until the end of the winter.",
    "It has since apologised, and has paid the family £{pounds:,} for what they went through.",
    "An elderly man paid £{pounds:,} that he did not owe, because nobody looked at the second letter.",
    "The officers concerned have been trained, and I thank them for the candour with which they spoke to us.",
    "Nobody could tell us who had taken the decision, when it was taken, or where it had been written down.",
    "The same mistake stands in at least {cases} other files that your Council has now opened again.",
    "Its cabinet has discussed the matter in public, and has agreed to every step that we had asked for.",
    "We were given three different accounts of one telephone call, and the recording had been deleted.",
    "A carer lost {cases} weeks of respite, which no payment can give back to her or to her son.",
    "Where the law leaves no doubt about what a council has to do, a lack of money is no answer.",
    "Neighbours had warned the department about it on {cases} occasions in the eighteen months before.",
    "That a young person left school without a place anywhere else should trouble all who read this.",
)
_ENDINGS = (
    "I hope that next year's letter can be a happier one.",
    "Please tell me by the autumn what has been done about it.",
    "I ask you to lay this before the members of your scrutiny committee, with the reasons for the delay.",
    "Other councils could learn from it.",
    "I do not expect to have to write about this again.",
    "We will look at the figures for the next quarter together with your link officer before Christmas.",
    "There is more about this case on our website, under the number {cases} 004 {pounds}.",
    "I know how much work this has been for a small team in a hard year.",
    "It should not have needed us to bring that about.",
    "My assistant ombudsman has offered to come and talk it through with the heads of your services.",
)
_EDITS: tuple[Callable[[str, random.Random], str], ...] = (
    lambda text, chance: text.replace(" the ", " our ", 1),
    lambda text, chance: text.replace(", and ", " and ", 1),
    lambda text, chance: text.replace(" was ", " has been ", 1),
    lambda text, chance: text.replace(" councils", " authorities", 1),
    lambda text, chance: text.replace(" you ", " you and your members ", 1),
    lambda text, chance: _without_a_word(text, chance),
    lambda text, chance: _with_a_word(text, chance),
    lambda text, chance: text.replace("Fewer", "A smaller number of", 1).replace("All our", "All of our", 1),
)


@dataclass(frozen=True)
class PlantedLetter:
    """A printed letter and its planted passages. Each stands in this letter alone, or in two other letters too."""

    content: bytes
    authority_id: str
    passages: tuple[str, ...]


@dataclass(frozen=True)
class Found:
    """How many passages of a season were found. A passage in three letters counts three times.

    `planted` passages were printed; `found_whole` of them were read whole and taken for passages. `shared` other
    paragraphs were read; `taken_for_own` of them were taken for passages by mistake.
    """

    letters: int
    planted: int
    found_whole: int
    shared: int
    taken_for_own: int


def planted_season(councils_count: int, seed: int = 1) -> list[PlantedLetter]:
    """Print a season of letters with 0 to 6 passages in each letter, and return the letters."""
    chance = random.Random(seed)  # noqa: S311 - repeatable
    rows, councils = random_table(councils_count, [SEASON.year], seed)
    by_id = {council.authority_id: council for council in councils}
    averages = read_averages()
    passages = [dict.fromkeys(own) for own in random_passages(len(rows), seed)]
    for _ in range(councils_count // 30):
        text = _passage(chance)
        for own in chance.sample(passages, SHARED_BY_THREE):
            if len(own) < MOST_PASSAGES:
                own[text] = None
    letters = []
    for row, own in zip(rows, passages, strict=True):
        council = by_id[row.authority_id]
        content = letter_content(row, council, averages[row.season, council.council_type_id])
        printed = _printed(replace(content, own_prose=tuple(own)), chance)
        letters.append(PlantedLetter(printed, row.authority_id, tuple(own)))
    return letters


def random_passages(letters_count: int, seed: int) -> list[list[str]]:
    """Return a list of 0 to 6 passages for each letter."""
    chance = random.Random(seed)  # noqa: S311 - repeatable
    return [[_passage(chance) for _ in range(chance.randint(0, MOST_PASSAGES))] for _ in range(letters_count)]


def _passage(chance: random.Random) -> str:
    """Return a passage of one to three sentences; two passages may have a sentence in common."""
    parts = [chance.choice(_OPENINGS)]
    if chance.random() < 0.8:
        parts.append(chance.choice(_MIDDLES))
    if chance.random() < 0.6 or len(parts) == 1:
        parts.append(chance.choice(_ENDINGS))
    return " ".join(parts).format(
        matter=chance.choice(_MATTERS), pounds=chance.randrange(100, 9000, 50), cases=chance.randint(4, 19)
    )


def _printed(content: LetterContent, chance: random.Random) -> bytes:
    def edited(content: LetterContent) -> list[str]:
        return [text if text in content.own_prose else _edited(text, chance) for text in letter_prose(content)]

    with patch("samples.press.printing.letter_prose", edited):
        return letter_pdf(content)


def _edited(paragraph: str, chance: random.Random) -> str:
    if paragraph.startswith("# ") or chance.random() >= EDITED_SHARE:
        return paragraph
    return chance.choice(_EDITS)(paragraph, chance)


def _without_a_word(text: str, chance: random.Random) -> str:
    words = text.split()
    del words[chance.randrange(1, len(words) - 1)]
    return " ".join(words)


def _with_a_word(text: str, chance: random.Random) -> str:
    words = text.split()
    words.insert(chance.randrange(1, len(words) - 1), chance.choice(["indeed", "now", "also", "very", "perhaps"]))
    return " ".join(words)


def compared(planted: Sequence[PlantedLetter], read: Sequence[Letter]) -> Found:
    """Compare the paragraphs of the letters that were read, and return how many planted passages were found."""
    landed = [LandedLetter(SEASON, f"{number}.pdf", letter) for number, letter in enumerate(read)]
    dispositions = [
        Disposition(letter.sha256, Fate.ACCEPTED, "", one.authority_id)
        for one, letter in zip(planted, read, strict=True)
    ]
    sharing = shared_paragraphs(landed, dispositions)
    whole = shared = taken = 0
    for one, letter in zip(planted, read, strict=True):
        for place, paragraph in enumerate(letter.paragraphs):
            counted = sharing[letter.sha256, place]
            is_of_few = counted.shared_by_count == 1 or 10 * counted.shared_by_count <= counted.compared_count
            if paragraph.text not in one.passages:
                shared += 1
                taken += is_of_few
            elif is_of_few:
                whole += 1
    return Found(
        letters=len(read),
        planted=sum(len(one.passages) for one in planted),
        found_whole=whole,
        shared=shared,
        taken_for_own=taken,
    )
