"""A project: a folder of files, read as a whole, with every name looked up; nothing runs on one that has a mistake."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC
from typing import TYPE_CHECKING

from envoi.campaigns import folders
from envoi.campaigns.consents import consents_in, purposes_in
from envoi.campaigns.delivery_files import schedule_of
from envoi.campaigns.enrich_files import providers_of
from envoi.campaigns.files import EnvoiShape
from envoi.campaigns.impute_files import impute_of, with_estimates
from envoi.campaigns.mails import mail_of
from envoi.campaigns.mistakes import Mistakes
from envoi.campaigns.names import check_names
from envoi.campaigns.quality_files import Audits, audits_of
from envoi.campaigns.rules import read_rules
from envoi.campaigns.segments import read_segments
from envoi.campaigns.templates import Languages, languages, read_templates
from envoi.campaigns.timing import Timings
from envoi.conditions.bind import Definitions
from envoi.errors import InvalidProject, NotFound, ProjectError, did_you_mean
from envoi.messages.schedule import occurrence
from envoi.people.privacy.restriction import PROCESSING
from envoi.people.purposes import names_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from envoi.campaigns.campaign import Campaign
    from envoi.errors import Place
    from envoi.events.catalogue import Catalogue
    from envoi.features.rfm import Rfm
    from envoi.messages.schedule import Schedule
    from envoi.people.enrich import Provider
    from envoi.people.impute.allowed import Impute
    from envoi.people.standardise.rule import Rule
    from envoi.segments.segment import Segment
    from envoi.settings import Settings
    from envoi.templates.mail import MailTemplate


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """Everything the files say, in the form the rest of Envoi takes."""

    settings: Settings
    definitions: Definitions
    segments: Mapping[str, Segment]
    campaigns: Mapping[str, Campaign]
    #: By file name within `templates/`.
    templates: Mapping[str, MailTemplate]
    #: What all templates share: names and partials.
    languages: Languages
    rfm: Rfm | None = None
    #: What is put in standard form as it comes in.
    rules: tuple[Rule, ...] = ()
    #: What good data are, and who is told of others.
    audits: Audits = field(default_factory=Audits)
    #: What is estimated of people who did not tell it.
    impute: Impute | None = None
    #: Who is asked for what people lack.
    providers: tuple[Provider, ...] = ()

    def campaign(self, name: str) -> Campaign:
        """The campaign of that name; `weekly-picks@2026-11-23` is that day's occurrence of a recurring one.

        Raises:
            NotFound: there is none.
        """
        found = self.find(name)
        if found is None:
            raise NotFound(f"no campaign {name!r}", hint=did_you_mean(name, self.campaigns))
        return found

    def find(self, name: str) -> Campaign | None:
        """The same, or None if there is none."""
        series, day = occurrence(name)
        if day and name not in self.campaigns and series in self.campaigns:
            return replace(self.campaigns[series], name=name)
        return self.campaigns.get(name)

    @property
    def timings(self) -> Timings:
        """What the files say of when each run of a campaign is sent."""
        return Timings(settings=self.settings, campaigns=self.campaigns)

    def mail(self, campaign: Campaign, template: MailTemplate | None = None) -> MailTemplate:
        """The campaign's template with its own subject, preview and fallback; of another `template`, what it would be.

        Raises:
            TemplateError: the subject or preview does not parse in the dialect of the other template.
        """
        return mail_of(campaign, template or self.templates[campaign.template], self.templates)

    def segment(self, name: str) -> Segment:
        """The segment of that name.

        Raises:
            NotFound: there is none.
        """
        if name not in self.segments:
            raise NotFound(f"no segment {name!r}", hint=did_you_mean(name, self.segments))
        return self.segments[name]


def load(files: Mapping[str, str], *, observed: Mapping[str, Mapping[str, str]] | None = None) -> Project:
    """The project in `files`, by path within its folder; `observed` is what history holds (Tables.observed).

    Raises:
        InvalidProject: with every mistake found, each at its file and line.
    """
    _require_main(files)
    mistakes = Mistakes(files)
    main = mistakes.shaped(EnvoiShape, folders.MAIN)
    settings = folders.settings(main, mistakes) if main else None
    catalogue = with_estimates(folders.catalogue(mistakes).widened(observed or {}), main.impute if main else None)
    rfm = folders.rfm(mistakes, main.rfm, catalogue) if main and main.rfm else None
    definitions = Definitions(
        catalogue=catalogue,
        derived=folders.derived(main, rfm),
        zone=settings.zone if settings else UTC,
        # That nobody can be asked for it is no reason that no condition should ask whether it is withdrawn.
        purposes=(*names_of(purposes_in(main)), PROCESSING) if main else (),
    )
    segments, definitions = read_segments(mistakes, definitions, consents_in(main))
    if main:
        check_names(mistakes, main, folders.MAIN, catalogue.traits)
    shared = languages(mistakes, main.names if main else {})
    templates = read_templates(mistakes, shared)
    campaigns = folders.campaigns(mistakes, definitions, templates, main)
    rules = read_rules(mistakes)
    audits = audits_of(mistakes, main.quality, folders.MAIN, catalogue.traits) if main else Audits()
    impute = impute_of(mistakes, main.impute, folders.MAIN, catalogue.traits, rules) if main and main.impute else None
    providers = providers_of(mistakes, main.enrich, folders.MAIN, catalogue.traits) if main else ()
    if mistakes.found or settings is None:
        raise InvalidProject(sorted(mistakes.found, key=lambda mistake: _place(mistake.at)))
    return Project(
        settings=settings,
        definitions=definitions,
        segments=segments,
        campaigns=campaigns,
        templates=templates,
        languages=shared,
        rfm=rfm,
        rules=rules,
        audits=audits,
        impute=impute,
        providers=providers,
    )


def settings_of(files: Mapping[str, str]) -> Settings:
    """The settings alone: what is wrong elsewhere matters to nobody who asks for no more.

    Raises:
        InvalidProject: with every mistake in `envoi.toml`.
    """
    _require_main(files)
    mistakes = Mistakes(files)
    main = mistakes.shaped(EnvoiShape, folders.MAIN)
    settings = folders.settings(main, mistakes) if main else None
    if mistakes.found or settings is None:
        raise InvalidProject(mistakes.found)
    return settings


def audit_of(files: Mapping[str, str]) -> tuple[Settings, Schedule | None]:
    """The settings, and when the data are audited, whatever is wrong elsewhere.

    Raises:
        InvalidProject: with every mistake in `envoi.toml`.
    """
    settings, main = settings_of(files), Mistakes(files).shaped(EnvoiShape, folders.MAIN)
    shape = main.quality.schedule if main else None
    return settings, schedule_of(shape) if shape else None


def _require_main(files: Mapping[str, str]) -> None:
    if folders.MAIN not in files:
        hint = "make one with 'envoi init', or name the project's folder with --project"
        raise InvalidProject([ProjectError(f"this folder is no project: it has no {folders.MAIN}", hint=hint)])


def _place(at: Place) -> tuple[str, int, int]:
    return at.file, at.line, at.column


def plan_of(files: Mapping[str, str]) -> Catalogue:
    """The tracking plan alone, as far as it can be read; its mistakes are `load`'s to tell."""
    return folders.catalogue(Mistakes(files))


def rules_of(files: Mapping[str, str]) -> tuple[Rule, ...]:
    """The rules alone.

    Raises:
        InvalidProject: with every mistake in them: by a rule that is half read, people would be written down wrongly.
    """
    mistakes = Mistakes(files)
    rules = read_rules(mistakes)
    if mistakes.found:
        raise InvalidProject(mistakes.found)
    return rules
