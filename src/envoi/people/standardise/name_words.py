"""The words in names that are no names: honorifics, generations, titles, particles, and what firms are called."""

from __future__ import annotations

from envoi.people.standardise.base import words

#: Before a name, as letters have them.
HONORIFICS = {
    "mr": "Mr", "mister": "Mr", "mrs": "Mrs", "ms": "Ms", "miss": "Miss", "mx": "Mx", "dr": "Dr", "doctor": "Dr",
    "drs": "Drs", "doctors": "Drs", "prof": "Prof", "professor": "Prof", "rev": "Rev", "reverend": "Rev",
    "father": "Father", "fr": "Fr", "sister": "Sister", "sir": "Sir", "dame": "Dame", "lord": "Lord", "lady": "Lady",
    "hon": "Hon", "honorable": "Hon", "judge": "Judge", "capt": "Capt", "captain": "Capt", "col": "Col", "maj": "Maj",
    "lt": "Lt", "sgt": "Sgt", "gen": "Gen", "rabbi": "Rabbi", "imam": "Imam", "attorney": "Attorney", "herr": "Herr",
    "frau": "Frau", "mme": "Mme", "mlle": "Mlle", "monsieur": "M", "madame": "Mme", "sra": "Sra",
    "senator": "Senator", "representative": "Representative", "president": "President",
    "mayor": "Mayor", "governor": "Governor", "gov": "Gov", "congressman": "Congressman",
    "congresswoman": "Congresswoman",
    "councillor": "Councillor", "cllr": "Cllr", "justice": "Justice", "pastor": "Pastor", "major": "Maj",
}  # fmt: skip
#: After it, to tell a daughter or son from who had the same name.
GENERATIONS = {
    "jr": "Jr", "junior": "Jr", "sr": "Sr", "senior": "Sr", "ii": "II", "iii": "III", "iv": "IV", "vi": "VI",
    "vii": "VII", "2nd": "II", "3rd": "III",
}  # fmt: skip
#: After it, what was earned or is held.
TITLES = {
    "md": "MD", "phd": "PhD", "dds": "DDS", "dmd": "DMD", "do": "DO", "od": "OD", "dvm": "DVM", "esq": "Esq",
    "esquire": "Esq", "cpa": "CPA", "rn": "RN", "bsn": "BSN", "jd": "JD", "mba": "MBA", "pe": "PE", "dpm": "DPM",
    "lpn": "LPN",
    "np": "NP", "pa": "PA", "lncc": "LNCC", "cfa": "CFA", "obe": "OBE", "mbe": "MBE", "cbe": "CBE", "msc": "MSc",
    "bsc": "BSc",
    "ma": "MA", "ba": "BA", "llb": "LLB", "llm": "LLM", "atty": "Atty", "attorney": "Atty", "trustee": "Trustee",
    "dmin": "DMin", "fnp": "FNP", "aia": "AIA", "dc": "DC", "psyd": "PsyD", "edd": "EdD",
}  # fmt: skip
#: Titles that are names too, "Do", "Ma", "Pa": after a comma or in capitals they are titles.
DOUBTFUL = frozenset({"do", "ma", "pa", "pe", "ba", "od", "np", "dc"})
#: What a family name may begin with, in the case in which it is written where it comes from.
PARTICLES = words(
    """af al ap ben bin bint d da das dal de degli dei del dela della den der di do dos du e el ibn la las le
    les li lo los mac mc op san santa st ste ten ter te t van vande vanden vander ver von vom vor y zu zum zur
    't"""
)
#: Those that are written with a capital all the same.
CAPITAL_PARTICLES = frozenset({"mac", "mc", "san", "santa", "st", "ste", "al", "el"})
#: Words that firms and offices have in their names, and people do not.
ORGANISATION = words(
    """agency assn associates association bank bros centre center clinic co college committee company corp
    corporation council dba department dept enterprises firm foundation fund gmbh group hospital inc incorporated
    industries institute insurance international investments llc llp lp ltd management medical ministries office
    offices partners partnership pc plc pllc products properties services society solutions studio studios
    systems technologies union university"""
)
