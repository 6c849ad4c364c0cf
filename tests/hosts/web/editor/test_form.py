"""Blocks as a form: what is posted becomes the mail it was, and the buttons move blocks and lose none."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from envoi.hosts.web.editor.form import Form, Part, acted, form_of, mail_of, posted
from envoi.templates.blocks.block import KINDS, BlockMail, Divider, Text
from tests.templates.blocks.mails import mails

ACTS = st.one_of(
    st.tuples(st.sampled_from(["up", "down", "remove", "duplicate"]), st.integers(0, 5)),
    st.tuples(st.just("add"), st.sampled_from(list(KINDS))),
).map(lambda act: f"{act[0]} {act[1]}")


def as_posted(form: Form) -> dict[str, list[str]]:
    """What a browser posts of it: line ends of its own, and nothing of a box that is not ticked."""
    parts = {"mail": form.mail, "look": form.look, "footer": form.footer}
    parts |= {f"b.{n}": part for n, part in enumerate(form.blocks)}
    fields = {
        f"{prefix}.{one.name}": [one.value.replace("\n", "\r\n")]
        for prefix, part in parts.items()
        for one in part.fields()
        if one.input != "truth" or one.value == "true"
    }
    return fields | {f"b.{n}.kind": [part.kind] for n, part in enumerate(form.blocks)}


@settings(max_examples=60)
@given(mails)
def test_a_mail_comes_back_as_it_went(mail: BlockMail) -> None:
    again, faults = mail_of(posted(as_posted(form_of(mail))))
    assert faults == {}
    assert again == mail


@given(st.integers(0, 6), st.lists(ACTS, max_size=12))
def test_buttons_move_blocks_and_lose_none(size: int, acts: list[str]) -> None:
    form = form_of(BlockMail(subject="s", blocks=tuple(Text(text=str(n)) for n in range(size))))
    for act in acts:
        before = list(form.blocks)
        form, place = acted(form, act)
        after = list(form.blocks)
        verb, _, what = act.partition(" ")
        assert place is None or place in range(max(len(after), 1))
        if verb in {"up", "down"}:
            assert sorted(map(repr, after)) == sorted(map(repr, before))
            if place is not None:
                assert after[place] == before[int(what)]
        elif verb == "remove":
            assert after == [part for n, part in enumerate(before) if n != int(what)]
        elif verb == "add":
            assert after[:-1] == before
            assert after[-1].kind == what
        elif place is not None:
            assert after[place] == after[place - 1] == before[int(what)]
            assert len(after) == len(before) + 1


def test_a_new_block_of_each_kind_is_whole() -> None:
    form = form_of(BlockMail(subject="s"))
    for kind in KINDS:
        form, _ = acted(form, f"add {kind}")
    mail, faults = mail_of(form)
    assert faults == {}
    assert mail is not None
    assert [block.kind for block in mail.blocks] == list(KINDS)


def test_what_is_wrong_is_told_at_its_field() -> None:
    form = form_of(BlockMail(subject="s", blocks=(Divider(), Text(text="x"))))
    blocks = (
        form.blocks[0],
        Part(kind="text", values={**form.blocks[1].values, "text": "", "title": "{{ a | upcas }}"}),
    )
    wrong = Form(mail=form.mail, look=form.look, footer=form.footer, blocks=blocks)
    assert mail_of(wrong) == (
        None,
        {"b.1.title": "there is no filter 'upcas'; did you mean 'upcase'?", "b.1.text": "this cannot be empty"},
    )


def test_what_no_form_of_ours_posts_changes_nothing() -> None:
    form = form_of(BlockMail(subject="s", blocks=(Divider(),)))
    for act in ("", "up", "up x", "up 9", "add nothing", "remove -1", "explode 0"):
        assert acted(form, act) == (form, None)
    odd = {"mail.subject": ["s"], "b.0.kind": ["script"], "b.x.kind": ["text"], "b.7.kind": ["divider"]}
    assert [part.kind for part in posted(odd).blocks] == ["divider"]
