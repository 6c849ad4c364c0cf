"""The pages: all templates, and one as text or as blocks, with what is wrong with it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.responses import RedirectResponse

from envoi.campaigns.templates import dialect_of
from envoi.campaigns.words import known_paths, words
from envoi.errors import Conflict, EnvoiError, InvalidProject, ProjectError
from envoi.hosts.web.editor import files
from envoi.hosts.web.editor.asked import asked_of, one
from envoi.hosts.web.editor.draft import Draft, draft_of
from envoi.hosts.web.editor.form import Faults, Form, acted, form_of, mail_of, posted
from envoi.hosts.web.editor.side import VIEWS, choose, data_of, side_of
from envoi.hosts.web.posted import FIELD, token
from envoi.hosts.web.view import page, template_path
from envoi.templates.blocks.block import KINDS, BlockMail, Hero, Products, Text
from envoi.templates.blocks.read import ENDING, read_blocks
from envoi.templates.blocks.write import note_above, write_blocks
from envoi.templates.check import CLIPPED_BYTES, check
from envoi.templates.dialects import functions_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.requests import Request
    from starlette.responses import Response

    from envoi.hosts.local import Envoi
    from envoi.hosts.web.posted import Fields

CONFLICT, REFUSED = 409, 422
#: Liquid's words of command.
TAGS = (
    "assign", "break", "capture", "case", "comment", "continue", "cycle", "echo", "else", "elsif", "endcapture",
    "endcase", "endcomment", "endfor", "endif", "endraw", "endunless", "for", "if", "raw", "unless", "when",
)  # fmt: skip
#: What a new mail begins with.
START = BlockMail(
    subject='{{ person.first_name | default: "You" }}, something new is here',
    blocks=(
        Hero(headline="Something new is here", button="Have a look", link="{{ shop.url }}"),
        Text(text='Hi {{ person.first_name | default: "there" }},\n\nwrite here what it is about.'),
        Products(title="Picked for you"),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A template that is being written."""

    name: str
    #: Of the file when it was opened.
    digest: str
    draft: Draft
    #: None for a template that is written as text, or whose file holds no mail of blocks.
    form: Form | None = None
    #: What is wrong in the form.
    faults: Faults
    #: The block to go on at.
    focus: int | None = None


def templates(request: Request, envoi: Envoi, fields: Fields) -> Response:
    """All templates, and a form for a new one."""
    name, fault = one(fields, "name").strip(), None
    if fields:
        try:
            made = files.new(envoi.root, name, write_blocks(START))
        except (ProjectError, Conflict) as error:
            fault = error
        else:
            request.app.state.hold.close()
            return RedirectResponse(template_path(made), 303)
    used = defaultdict[str, list[str]](list)
    for campaign in envoi.project.campaigns.values():
        used[campaign.template].append(campaign.name)
    known = known_paths(envoi.project)
    listed = [(each, check(template, known)) for each, template in sorted(envoi.project.templates.items())]
    shown = {"listed": listed, "used": used, "ending": ENDING, "fault": fault, "name": name}
    answer = page(envoi, "templates.html", **shown, token_name=FIELD, token=token(envoi.root))
    answer.status_code = _status(fault)
    return answer


def edit(request: Request, envoi: Envoi, fields: Fields) -> Response:
    """One template: as it is in its file, or as it was posted; saved, if that was asked for."""
    name, is_save = request.path_params["name"], one(fields, "act") == "save"
    choice = choose(envoi, name, asked_of(request, fields))
    work = work_of(envoi, name, fields, data=data_of(request, envoi, name, choice))
    fault = saved(envoi, work) if is_save else None
    if is_save and fault is None:
        request.app.state.hold.close()
        seen = {"campaign": choice.campaign, "person": choice.person, "as": choice.view} if choice else {}
        return RedirectResponse(template_path(work.name, saved="yes", **seen), 303)
    template, dialect = work.draft.template, dialect_of(work.name)
    answer = page(
        envoi,
        "edit.html" if work.form is None else "edit_blocks.html",
        work=work,
        side=side_of(request, envoi, work.name, choice=choice, template=template) if choice else None,
        fault=fault,
        was_saved="saved" in request.query_params,
        views=VIEWS,
        kinds=KINDS,
        words=words(envoi.project, work.name),
        dialect=dialect,
        functions=functions_of(dialect),
        tags=TAGS if dialect == "liquid" else (),
        clipped=CLIPPED_BYTES,
        token_name=FIELD,
        token=token(envoi.root),
    )
    answer.status_code = _status(fault)
    if work.focus is not None:
        # What moved is drawn anew: a browser would keep in each input what was in its place before.
        answer.headers["HX-Reswap"] = "outerHTML"
    return answer


def work_of(envoi: Envoi, name: str, fields: Fields, *, data: Sequence[Mapping[str, object]] = ()) -> Work:
    """The template of that name as its file has it, or as it was posted.

    Raises:
        NotFound: no file has it.
    """
    kept = files.opened(envoi.root, name)
    digest = one(fields, "digest") or kept.digest
    form = _form(kept, fields) if name.endswith(ENDING) else None
    if form is None:
        text = files.plain(one(fields, "text")) if "text" in fields else kept.text
        return Work(name=name, digest=digest, draft=draft_of(name, text, envoi.project, data=data), faults={})
    form, focus = acted(form, one(fields, "act"))
    mail, faults = mail_of(form)
    draft = Draft(text="", template=None, problems=())
    if mail:
        draft = draft_of(name, write_blocks(mail, note=note_above(kept.text)), envoi.project, data=data)
    return Work(name=name, digest=digest, draft=draft, form=form, faults=faults, focus=focus)


def saved(envoi: Envoi, work: Work) -> EnvoiError | None:
    """Saves; or says why it was not."""
    if work.faults:
        return ProjectError("something is wrong in the blocks", hint="mend what is marked, and save again")
    before = files.Opened(name=work.name, text="", digest=work.digest)
    try:
        files.save(envoi.root, before, work.draft.text, envoi.stores.tables.observed())
    except (Conflict, InvalidProject) as error:
        return error
    return None


def _form(kept: files.Opened, fields: Fields) -> Form | None:
    """None if the file holds mistakes that no form can show: then it is mended as text."""
    if "mail.subject" in fields:
        return posted(fields)
    mail = None if "text" in fields else read_blocks(kept.text, [])
    return form_of(mail) if mail else None


def _status(fault: EnvoiError | None) -> int:
    if fault is None:
        return 200
    return CONFLICT if isinstance(fault, Conflict) else REFUSED
