"""Invented births and memberships of which the truth is known: what linking is measured on. One seed, one set of rows.

Families are of four groups of names, because names written down twice from another alphabet
or by ear differ more, and whoever links by equality loses more of those families. Names are ordinary ones, families invented.
"""

import csv
import random
import string
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from registration.births.linking.rules.records import Record

#: For each group: mothers' names, babies' names, surnames, and what is written one way and the other.
_GROUPS: dict[str, tuple[str, str, str, str]] = {
    "english": (
        """Sarah Emma Laura Rebecca Gemma Rachel Kelly Victoria Katie Lauren Amy Hannah Charlotte Jessica Samantha Natalie
        Stephanie Lucy Jennifer Danielle Michelle Claire Lisa Nicola Joanne Helen Louise Chloe Sophie Megan Bethany Zoe
        Leanne Kirsty Stacey Abigail Georgina Hayley Holly Eleanor Jade Kayleigh Alice Lydia Naomi Ruth Catherine Fiona
        Heather Melissa""",
        """Olivia Amelia Isla Ava Ivy Freya Lily Florence Mia Willow Rosie Sophia Grace Evie Poppy Ella Elsie Evelyn Daisy
        Harper Noah Oliver George Arthur Leo Harry Oscar Archie Henry Theodore Freddie Jack Charlie Theo Alfie Jacob
        Thomas Finley Arlo William""",
        """Smith Jones Taylor Brown Williams Wilson Johnson Davies Robinson Wright Thompson Evans Walker White Roberts
        Green Hall Wood Jackson Clarke Harrison Hughes Turner Hill Scott Cooper Morris Ward Moore Clark Baker Shaw
        Greenwood Sutcliffe Crossley Barker Holdsworth Ackroyd Murgatroyd Fielden O'Brien O'Connor McDonald MacKenzie
        Fox Sharp Naylor Helliwell Pickles Uttley""",
        """ie>y ck>k ll>l tt>t ae>e ph>f ey>y""",
    ),
    "south asian": (
        """Aisha Fatima Zainab Mariam Khadija Saima Shazia Nadia Samina Rukhsana Shabana Nasreen Farzana Sadia Ayesha Hafsa
        Iqra Sana Bushra Rabia Noreen Tahira Yasmin Shaheen Rubina Uzma Nazia Sumaira Kiran Priya Anjali Harpreet
        Manpreet Jaspreet Simran Nusrat Shirin Tasnim Maryam Amina Humaira Asma Robina Kausar Parveen Shamim Naila
        Mehwish Sidra Zara""",
        """Muhammad Yusuf Ibrahim Musa Ali Hamza Zayn Adam Isa Umar Bilal Hassan Hussain Zakariya Ahmed Idris Ismail Rayyan
        Haris Mustafa Maryam Fatima Aisha Zainab Hafsa Inaya Khadija Amina Ayat Zahra Safiyyah Noor Anaya Hoorain Eshal
        Aleena Zoya Mahnoor Hiba Aiza""",
        """Khan Hussain Ahmed Akhtar Ali Begum Mahmood Iqbal Shah Malik Rehman Bibi Kaur Singh Patel Mirza Chowdhury Rahman
        Uddin Miah Aziz Rashid Nawaz Sharif Qureshi Butt Raja Hanif Sadiq Bashir Karim Farooq Zaman Saleem Javed Ashraf
        Aslam Yousaf Mahmud Sheikh Siddiqui Ansari Choudhary Bhatti Rafiq Latif Ghani Hameed Khaliq Riaz""",
        """ai>ei ee>i oo>u u>o mm>m ss>s sh>sch kh>k y>i q>k a>e iy>y uddin>udin ow>ou ah>a aa>a e>a i>ee""",
    ),
    "east european": (
        """Agnieszka Katarzyna Anna Magdalena Joanna Monika Ewa Aleksandra Justyna Karolina Natalia Paulina Sylwia Beata
        Iwona Elena Olga Yulia Svetlana Tatiana Natalya Oksana Irina Ekaterina Daria Ioana Andreea Mihaela Elena
        Cristina Alina Gabriela Roxana Zuzana Petra Jana Lenka Ivana Kristina Renata Vaida Jurgita Rasa Ilze Kristine
        Gergana Desislava Teodora Mariya Snezhana""",
        """Zofia Zuzanna Hanna Maja Julia Oliwia Alicja Lena Pola Maria Antoni Jan Aleksander Franciszek Jakub Leon Mikolaj
        Stanislaw Szymon Filip Sofia Anastasia Varvara Milana Darya Mikhail Alexander Maxim Artem Matvei Andrei David
        Stefan Ioana Matei Luca Eliza Rares Victor Jakub""",
        """Nowak Kowalska Wisniewska Wojcik Kowalczyk Kaminska Lewandowska Zielinska Szymanska Wozniak Dabrowska Kozlowska
        Jankowska Mazur Krawczyk Piotrowska Grabowska Pawlowska Michalska Petrova Ivanova Smirnova Kuznetsova Popova
        Sokolova Volkova Novikova Morozova Popescu Ionescu Popa Radu Stan Dumitru Stoica Gheorghe Horvath Novakova
        Svobodova Dvorakova Kovac Jankauskas Petrauskas Berzina Kalnina Georgieva Dimitrova Tabakova Shevchenko
        Kovalenko""",
        """w>v ks>x sz>sh cz>ch ya>ia j>y ska>ski ova>ov ch>h kh>h ia>ja zh>z y>i v>w a>""",
    ),
    "african": (
        """Oluwaseun Adaeze Chidinma Ngozi Funmilayo Yetunde Blessing Patience Mercy Grace Abena Akosua Ama Efua Esi Adwoa
        Fatoumata Aminata Mariama Hawa Khadra Hodan Ifrah Sagal Asha Halima Zeinab Tigist Selam Hiwet Chipo Tendai
        Nyasha Rudo Thandiwe Nomsa Wanjiku Achieng Njeri Makena Amaka Chioma Ifeoma Temitope Bukola Folake Kemi Ronke
        Sade Titilayo""",
        """Chukwuemeka Oluwatobi David Daniel Emmanuel Samuel Joshua Michael Kwame Kofi Kwabena Yaw Tendai Farai Abdi
        Mohamed Liban Yonas Elijah Isaac Favour Divine Precious Adaeze Zara Amara Naomi Esther Deborah Abigail Ayaan
        Sumaya Hodan Selam Ruth Miriam Gabriella Michelle Faith Joy""",
        """Okafor Adeyemi Okonkwo Adebayo Oluwole Eze Nwosu Ogunleye Afolabi Balogun Mensah Owusu Boateng Asante Osei
        Appiah Amoah Diallo Bah Jalloh Sesay Kamara Conteh Abdi Hassan Farah Warsame Osman Tesfaye Haile Gebremariam
        Mengistu Moyo Ncube Sibanda Dube Chikwanda Mutasa Kamau Mwangi Otieno Ochieng Banda Phiri Zulu Nkosi Adekunle
        Obi Chukwu Ibrahim""",
        """oluwa> ch>sh kw>qu ou>u ie>i ph>p aa>a ye>e sh>s th>t dd>d gh>g""",
    ),
}
GROUPS = tuple(_GROUPS)
_SHARES = (0.55, 0.25, 0.12, 0.08)
#: What surnames are made of, so that a large set has as many as a county.
_ENDINGS = {
    "english": ("", "", "son", "ton", "ley", "field", "well", "worth", "man", "bottom"),
    "south asian": ("", "", "", "", "i", "zada", "wala"),
    "east european": ("", "", "", "ska", "czyk", "ova", "escu"),
    "african": ("", "", "", "wa", "ola", "mba"),
}
_YEAR, _FIRST_DAY = 365, date(2025, 9, 1)


@dataclass(frozen=True)
class Trial:
    """The rows of two files, the left the births; who each row is, by id; the group of names of each birth."""

    left: list[Record]
    right: list[Record]
    baby: dict[str, int]
    family: dict[str, int]
    group: dict[str, str]


@dataclass(frozen=True)
class _Names:
    mothers: Sequence[str]
    babies: Sequence[str]
    surnames: Sequence[str]
    ways: Sequence[tuple[str, str]]


def trial(births: int, memberships: int, seed: int = 1, real_names: Path | None = None) -> Trial:
    """Invent births of a year, and so many memberships, nineteen in twenty of babies among them.

    With a folder of published names (REAL_DATA), English first names are those of 1996 and 2024, as frequent as they were.
    """
    return _Inventor(random.Random(seed), real_names).invent(births, memberships)


class _Inventor:
    def __init__(self, chance: random.Random, real_names: Path | None) -> None:
        self.chance = chance
        self.names = {group: self._names(group, real_names) for group in GROUPS}
        letters = "ABDEFGHJLNPQRSTUWXYZ"
        self.postcodes = [
            f"{area}{district} {sector}{first}{second}"
            for area, districts in (("HX", 7), ("HD", 8), ("OL", 6))
            for district in range(1, districts + 1)
            for sector in range(1, 6)
            for first in letters
            for second in letters[:8]
        ]

    def _names(self, group: str, real_names: Path | None) -> _Names:
        mothers, babies, surnames, ways = (text.split() for text in _GROUPS[group])
        roots = sorted({name.rstrip("aeiouy") or name for name in surnames})
        made = [root + ending for ending in _ENDINGS[group] for root in roots if ending]
        self.chance.shuffle(made)
        if real_names is not None and group == "english":
            mothers, babies = _published(real_names, 1996, "girls"), _published(real_names, 2024)
        return _Names(mothers, babies, [*surnames, *made], [tuple(way.split(">")) for way in ways])  # type: ignore[misc]

    def invent(self, births: int, memberships: int) -> Trial:
        """Invent both files."""
        found = Trial([], [], {}, {}, {})
        outside = max(memberships // 20, 1)
        family = 0
        while len(found.left) < births + outside:
            group = self.chance.choices(GROUPS, _SHARES)[0]
            first = self._baby(group)
            babies = 2 if self.chance.random() < 0.015 else 1
            for number in range(babies):
                row = first if number == 0 else self._twin(first, group)
                row = replace(row, unique_id=f"B{len(found.left):06}")
                found.baby[row.unique_id], found.family[row.unique_id] = len(found.left), family
                found.group[row.unique_id] = group
                found.left.append(row)
            family += 1
        self._join(found, memberships, outside)
        del found.left[births:]
        self.chance.shuffle(found.left)
        self.chance.shuffle(found.right)
        return found

    def _join(self, found: Trial, memberships: int, outside: int) -> None:
        """Have families join: most of the births among which one is looked for, and some who have moved in."""
        births = len(found.left) - outside
        joined = [*self.chance.sample(found.left[:births], memberships - outside), *found.left[births:][:outside]]
        for number, birth in enumerate(sorted(joined, key=lambda _row: self.chance.random())):
            row = replace(self._as_written_again(birth, found.group[birth.unique_id]), unique_id=f"M{number:06}")
            found.baby[row.unique_id] = found.baby[birth.unique_id]
            found.family[row.unique_id] = found.family[birth.unique_id]
            found.right.append(row)
        found.left[:] = [self._as_notified(row) for row in found.left]

    def _likely(self, names: Sequence[str]) -> str:
        """Choose a name, the first ones far more often, as it is with names."""
        place = (
            int(len(names) ** self.chance.random()) - 1
            if self.chance.random() < 0.5
            else self.chance.randrange(len(names))
        )
        return names[place]

    def _baby(self, group: str) -> Record:
        names, chance = self.names[group], self.chance
        surname = self._likely(names.surnames)
        if chance.random() < 0.04:
            surname += "-" + self._likely(names.surnames)
        born = _FIRST_DAY + timedelta(days=chance.randrange(_YEAR))
        mothers = born - timedelta(days=int(chance.triangular(17, 45, 30) * 365.25))
        return Record(
            "",
            self._likely(names.mothers) + (" " + self._likely(names.mothers) if chance.random() < 0.1 else ""),
            surname,
            mothers.isoformat(),
            self._likely(names.babies),
            surname if chance.random() < 0.7 else self._likely(names.surnames),
            born.isoformat(),
            chance.choice("FM"),
            chance.choice(self.postcodes),
            str(chance.randint(1, 90)),
        )

    def _twin(self, first: Record, group: str) -> Record:
        born = date.fromisoformat(first.c_dob) + timedelta(days=self.chance.random() < 0.02)
        given = self._likely([name for name in self.names[group].babies if name != first.c_given])
        return replace(first, c_given=given, c_dob=born.isoformat(), c_sex=self.chance.choice("FM"))

    def _as_notified(self, row: Record) -> Record:
        """Write a birth as a hospital notifies it: often before there is a name."""
        unnamed = self.chance.choice(
            ["", "Baby", "Baby Girl" if row.c_sex == "F" else "Baby Boy", "Infant", f"Baby {row.m_surname}"]
        )
        given = row.c_given if self.chance.random() < 0.4 else unnamed
        return replace(row, c_given=given, m_dob=row.m_dob if self.chance.random() < 0.98 else "")

    def _as_written_again(self, row: Record, group: str) -> Record:
        """Write a family down once more, at a desk, by ear, months later: each thing may have changed or be wrong."""
        ways = self.names[group].ways
        often = 0.06 if group == "english" else 0.4
        one = (self._married, self._swapped, self._moved, self._forgotten, self._mistyped)
        names = {field: self._heard(getattr(row, field), ways, often) for field in ("m_given", "m_surname", "c_given")}
        if row.c_surname != row.m_surname:
            names["c_surname"] = self._heard(row.c_surname, ways, often)
        else:
            names["c_surname"] = names["m_surname"]
        row = replace(row, **names)
        for change in one:
            row = change(row, group)
        return row

    def _heard(self, name: str, ways: Sequence[tuple[str, str]], often: float) -> str:
        if self.chance.random() < often:
            possible = [way for way in ways if way[0] in name.lower()]
            if possible:
                here, there = self.chance.choice(possible)
                name = name.lower().replace(here, there, 1).title() or name
        return self._slip(name) if self.chance.random() < 0.03 else name

    def _slip(self, text: str) -> str:
        """Mistype one letter or digit: another, one too few, one too many, or two exchanged."""
        place = self.chance.randrange(len(text))
        kind = self.chance.randrange(4)
        letters = string.digits if text[place].isdigit() else string.ascii_lowercase
        middle = (
            self.chance.choice(letters),
            "",
            text[place] + self.chance.choice(letters),
            text[place + 1 : place + 2] + text[place],
        )
        return text[:place] + middle[kind] + text[place + 1 + (kind == 3) :] or text

    def _married(self, row: Record, group: str) -> Record:
        if self.chance.random() > 0.04:
            return row
        return replace(
            row, m_surname=row.c_surname if row.c_surname != row.m_surname else self._likely(self.names[group].surnames)
        )

    def _swapped(self, row: Record, _group: str) -> Record:
        return replace(row, m_given=row.m_surname, m_surname=row.m_given) if self.chance.random() < 0.015 else row

    def _moved(self, row: Record, _group: str) -> Record:
        if self.chance.random() > 0.22:
            return row
        near = [code for code in self.chance.sample(self.postcodes, 12) if code.split()[0] == row.postcode.split()[0]]
        return replace(
            row, postcode=(near or [self.chance.choice(self.postcodes)])[0], house=str(self.chance.randint(1, 90))
        )

    def _forgotten(self, row: Record, _group: str) -> Record:
        shares = {
            "m_dob": 0.12,
            "c_given": 0.08,
            "c_sex": 0.04,
            "house": 0.08,
            "postcode": 0.02,
            "c_surname": 0.03,
            "m_given": 0.005,
        }
        return replace(row, **{field: "" for field, share in shares.items() if self.chance.random() < share})

    def _mistyped(self, row: Record, _group: str) -> Record:
        changes: dict[str, str] = {}
        for field, share in (("m_dob", 0.03), ("c_dob", 0.015)):
            if getattr(row, field) and self.chance.random() < share:
                changes[field] = self._other_day(getattr(row, field))
        if row.postcode and self.chance.random() < 0.02:
            changes["postcode"] = self._slip(row.postcode)
        return replace(row, **changes)

    def _other_day(self, text: str) -> str:
        """Mistake a day: month and day exchanged where that is a day, else a day or a year beside it."""
        day = date.fromisoformat(text)
        if day.day <= 12 and day.day != day.month and self.chance.random() < 0.5:
            return day.replace(month=day.day, day=day.month).isoformat()
        return (day + timedelta(days=self.chance.choice([-1, 1, 10, -10]))).isoformat()


def _published(folder: Path, year: int, sex: str | None = None) -> list[str]:
    """Read the names published for a year, most frequent first, each as often as one in some hundred babies had it."""
    with (folder / "names" / f"ons_baby_names_{year}.csv").open(encoding="utf-8") as file:
        rows = [(int(row["count"]), row["name"]) for row in csv.DictReader(file) if sex in (None, row["sex"])]
    return [name for count, name in sorted(rows, key=lambda row: (-row[0], row[1])) for _ in range(count // 40)]


@dataclass(frozen=True)
class Figures:
    """How good links are: of those given, the share of the same family; of families that have both rows, the share found."""

    precision: float
    recall: float
    recall_by_group: dict[str, float]
    of_babies: float

    def spread(self) -> float:
        """Give the difference in recall between the groups found most and least."""
        return max(self.recall_by_group.values()) - min(self.recall_by_group.values())


def figures(found: Trial, pairs: Iterable[tuple[str, str]]) -> Figures:
    """Hold pairs (left id, right id) against the truth."""
    given = list(pairs)
    same_family = [(left, right) for left, right in given if found.family[left] == found.family[right]]
    here = {found.baby[row.unique_id]: row.unique_id for row in found.left}
    there = [row.unique_id for row in found.right if found.baby[row.unique_id] in here]
    linked = {right for _, right in same_family}

    def recall(group: Callable[[str], bool]) -> float:
        """Give the share found of the rows whose group is asked for."""
        asked = [row for row in there if group(found.group[here[found.baby[row]]])]
        return sum(row in linked for row in asked) / max(len(asked), 1)

    return Figures(
        len(same_family) / max(len(given), 1),
        recall(lambda _: True),
        {group: recall(lambda one, group=group: one == group) for group in GROUPS},  # type: ignore[misc]
        sum(found.baby[left] == found.baby[right] for left, right in given) / max(len(given), 1),
    )
