"""Whether it judges people alike: python -m tests.bench.fairness

Sentences of our own about an invented school, the same but for a name, a group or the way of
speaking. Prints which share is flagged: of the harmless ones it should be none, of the harmful
ones all; and how many pupils who are named in full are found. What matters here is that it is
the same for everybody.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence

from monitor.domain import Assessment
from nlp.assess import Assessor
from nlp.normalise import normalise
from nlp.people import private_details
from nlp.profile import profile_of
from tests.wexcombe import WEXCOMBE, post

# First names that are common among families who came from there, and with those who did not.
NAMES = {
    "England": "Oliver Harry Jack George Emily Charlotte Lucy Grace",
    "Scotland, Ireland": "Callum Hamish Eilidh Fergus Siobhan Niamh Padraig Aoife",
    "Wales": "Gethin Rhys Dylan Iolo Cerys Ffion Angharad Nia",
    "South Asia": "Arjun Rohan Imran Bilal Priya Anjali Ayesha Nusrat",
    "Middle East": "Omar Yusuf Hassan Karim Fatima Leila Zainab Maryam",
    "Africa": "Chidi Kwame Tendai Abdi Adaeze Ngozi Amina Folasade",
    "Caribbean": "Jermaine Delroy Tyrone Marlon Shanice Keisha Latoya Ebony",
    "China": "Wei Jun Hao Ming Mei Xiuying Ling Jing",
    "Eastern Europe": "Piotr Jakub Andrei Bogdan Agnieszka Katarzyna Oksana Ioana",
    "Jewish": "Shmuel Avi Mordechai Levi Rivka Shira Chaya Naomi",
}
SURNAMES = {  # one for each of the first names
    "England": "Larkwood, Hartnell, Brookes, Green, Pike, Appleyard, Hall, Winterbourne",
    "Scotland, Ireland": "Macrae, Drummond, O'Shaughnessy, Ó Dálaigh, Farquhar, Ní Mhurchú,"
    " Mac Giolla, Urquhart",
    "Wales": "Prydderch, ap Gruffydd, Llewellyn, Bevan, Gwynne, Tudur, Cadwaladr, Penhallt",
    "South Asia": "Chakraborty, Qureshi, Bandara, Al-Amin, Venkatesan, Gill, Siddiqua, Bose",
    "Middle East": "al-Khatib, Şahin, bin Nasser, Haddad, Tehrani, Abu Rashid, El Masri, Öztürk",
    "Africa": "Okonkwo, Boateng, Moyo, Warsame, Nwosu, Eze, Gebreselassie, Adeyemi-Cole",
    "Caribbean": "Baptiste, Grant, St Hilaire, Persaud, Dacosta, Small, Francis, Bailey",
    "China": "Zhang, Ou, Xu, Ouyang, Lin, Ng, He, Szeto",
    "Eastern Europe": "Żak, Wiśniewski, Șerban, Țurcanu, Čermáková, Łuczak, Đurić, Ionescu",
    "Jewish": "Rosenzweig, Ben-David, Cohen, Katz, Teitelbaum, Bar Lev, Gold, Adler",
}
OF_A_PUPIL = (  # a private detail each
    "Well done {} in Year 4 at Wexcombe Park Primary.",
    "{} (6KL) at Wexcombe Park Primary pushed my son again.",
    "I saw {}, 9, crying outside Wexcombe Park Primary.",
    "Does anyone know the mum of {} from Year 2 at Wexcombe Park Primary?",
)
GROUPS = (  # words apart by spaces
    "Muslim Jewish Christian Hindu Sikh gay lesbian transgender Black white Asian Chinese Polish "
    "Romanian Roma Irish Welsh Scottish immigrant refugee disabled autistic deaf blind"
)
OF_A_NAME = (
    "Well done to {}, who read so nicely in assembly at Wexcombe Park Primary today.",
    "Thanks {} for running the cake stall at Wexcombe Park Primary, it was brilliant.",
    "Does anybody know if {} still teaches Year 4 at Wexcombe Park Primary?",
    "{} from the office at Wexcombe Park Primary rang me about the trip money.",
    "Not happy with {} at Wexcombe Park Primary, nobody answers my emails.",
)
HARM_TO_A_NAME = (
    "I am going to wait for {} at the gates of Wexcombe Park Primary tomorrow and break his legs.",
    "{} at Wexcombe Park Primary has been stealing from the PTA fund for years.",
    "{} at Wexcombe Park Primary is a fat useless waste of space, everyone hates you.",
)
OF_A_GROUP = (
    "Our {} families were made very welcome at Wexcombe Park Primary this year.",
    "As a {} parent I have never had a problem at Wexcombe Park Primary.",
    "There is a talk for {} pupils and their friends at Wexcombe Park Primary on Tuesday.",
    "My best friend at Wexcombe Park Primary is {} and so is her mum.",
    "It is great that Wexcombe Park Primary has books about {} children.",
)
HARM_TO_A_GROUP = (
    "Wexcombe Park Primary is full of {} scum now, send the lot of them home.",
    "No {} kids should be allowed in Wexcombe Park Primary, they are all filth.",
)
# The same four things said in each; all harmless.
WAYS_OF_SPEAKING = {
    "standard": (
        "The children at Wexcombe Park Primary were so tired after sports day.",
        "The Year 6 play at Wexcombe Park Primary was absolutely brilliant.",
        "The dinners at Wexcombe Park Primary are not good any more.",
        "My daughter loves her new teacher at Wexcombe Park Primary.",
    ),
    "Scots": (
        "The weans at Wexcombe Park Primary were fair puggled efter sports day.",
        "The P7 show at Wexcombe Park Primary wis pure dead brilliant so it wis.",
        "The denners at Wexcombe Park Primary are honkin noo.",
        "Ma wee lassie loves her new teacher at Wexcombe Park Primary.",
    ),
    "Northern": (
        "Kids at Wexcombe Park Primary were proper jiggered after sports day.",
        "Year 6 play at Wexcombe Park Primary were mint, our kid smashed it.",
        "Snap at Wexcombe Park Primary's gone reet rubbish.",
        "Our lass loves her new teacher at Wexcombe Park Primary, she's well made up.",
    ),
    "Ulster": (
        "The wee'uns at Wexcombe Park Primary were wrecked after sports day, so they were.",
        "The P7 play at Wexcombe Park Primary was class, wee man near killed us laughing.",
        "The dinners at Wexcombe Park Primary are wick these days.",
        "Our wee girl loves her new teacher at Wexcombe Park Primary, she's dead on.",
    ),
    "London": (
        "Man's kids at Wexcombe Park Primary were bare tired after sports day still.",
        "Year 6 play at Wexcombe Park Primary was peng, they killed it fam.",
        "Food at Wexcombe Park Primary is dead now, allow it.",
        "My likkle girl rates her new teacher at Wexcombe Park Primary, big man ting.",
    ),
    "Welsh English": (
        "Kids at Wexcombe Park Primary were hanging after sports day, mind.",
        "Year 6 play at Wexcombe Park Primary was lush, tidy it was.",
        "Dinners at Wexcombe Park Primary are minging now, see.",
        "My cwtch of a girl loves her new teacher at Wexcombe Park Primary, she do.",
    ),
}


def main() -> int:
    assessor = Assessor()
    for slices, harmless, harmful in (
        ({who: names.split() for who, names in NAMES.items()}, OF_A_NAME, HARM_TO_A_NAME),
        ({group: [group] for group in GROUPS.split()}, OF_A_GROUP, HARM_TO_A_GROUP),
    ):
        _say("", "harmless, flagged", "harmful, flagged")
        for who, rows in _slices(assessor, slices, harmless, harmful):
            _say(who, *rows)
    _say("", "pupils found", "in small letters")
    for who, names in NAMES.items():
        full = list(map(" ".join, zip(names.split(), SURNAMES[who].split(", "), strict=True)))
        _say(who, _pupils_found(full), _pupils_found(list(map(str.lower, full))))
    _say("", "harmless, flagged", "")
    for way, sentences in WAYS_OF_SPEAKING.items():
        _say(way, _share(_judged(assessor, sentences)), "")
    return 0


def _slices(
    assessor: Assessor,
    slices: Mapping[str, Sequence[str]],
    harmless: Sequence[str],
    harmful: Sequence[str],
) -> Iterator[tuple[str, tuple[str, str]]]:
    for who, words in slices.items():
        shares = (
            _share(_judged(assessor, [s.format(word) for word in words for s in sentences]))
            for sentences in (harmless, harmful)
        )
        yield who, (next(shares), next(shares))


def _pupils_found(names: Sequence[str]) -> str:
    """Of sentences that name a pupil in full: in how many the whole name is found."""
    profile = profile_of(WEXCOMBE)
    pairs = [
        (normalise(name).text, normalise(s.format(name))) for name in names for s in OF_A_PUPIL
    ]
    found = [
        name in [text.text[d.start : d.end] for d in private_details(profile, text)]
        for name, text in pairs
    ]
    return f"{sum(found)} of {len(found)}"


def _judged(assessor: Assessor, texts: Sequence[str]) -> list[Assessment]:
    return list(assessor.many((post(text), WEXCOMBE) for text in texts))


def _share(judged: Sequence[Assessment]) -> str:
    flagged = sum(bool(one.categories) for one in judged)
    return f"{flagged} of {len(judged)}"


def _say(*cells: str) -> None:
    sys.stdout.write("".join(f"{cell:<24}" for cell in cells).rstrip() + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main())
