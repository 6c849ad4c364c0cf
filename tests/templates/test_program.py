"""The tree, compiled: what each node does, in a dialect of Python's own values."""

from __future__ import annotations

from typing import Any

import pytest

from envoi.errors import LimitExceeded, Place, TemplateError, Withheld
from envoi.templates import tree
from envoi.templates.dialect import Dialect, Function, functions
from envoi.templates.program import program
from envoi.templates.tree import (
    Abort,
    And,
    Assign,
    Attempt,
    Break,
    Call,
    Capture,
    Choose,
    Compare,
    Continue,
    Do,
    For,
    If,
    Include,
    Let,
    Literal,
    Not,
    Or,
    Output,
    Path,
    Text,
)  # fmt: skip

CALLS: list[str] = []


def _note(run: object, what: str) -> str:  # noqa: ARG001
    CALLS.append(what)
    return what


PLAIN = Dialect(
    name="plain",
    functions={
        **functions(upper=str.upper, join=lambda *texts: "".join(texts), divide=lambda left, right: left / right),
        "note": Function(call=_note, pure=False),
    },
)
X, Y, ITEMS = Path(root="x"), Path(root="y"), Path(root="items")
DATA: dict[str, Any] = {"x": "<x>", "y": 0, "items": ["a", "b", "c"], "deep": {"list": [{"n": "found"}]}, "key": "n"}


def lit(value: object) -> Literal:
    return Literal(value=value)


def out(value: tree.Expression) -> Output:
    return Output(value=value)


def render(*body: tree.Statement, partials: dict[str, tree.Body] | None = None, escapes: bool = True) -> str:
    return program(body, PLAIN, partials=partials or {}, escapes=escapes).render(DATA)


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        (X, "&lt;x&gt;"),
        (lit(None), ""),
        (Path(root="none", steps=("at", "all")), ""),
        (Path(root="deep", steps=("list", 0, "n")), "found"),
        (Path(root="deep", steps=("list", 0, Path(root="key"))), "found"),
        (Path(root="", steps=("key",)), "n"),
        (Call(function="upper", args=(Call(function="join", args=(X, lit("b"))),)), "&lt;X&gt;B"),
        (Choose(test=Y, then=lit("then"), otherwise=lit("else")), "else"),
        (Compare(sign="==", left=Y, right=lit(0)), "True"),
        (Compare(sign="!=", left=Y, right=lit(0)), "False"),
        (And(parts=(X, Y)), "False"),
        (Or(parts=(Y, X)), "True"),
        (Not(value=Y), "True"),
    ],
)
def test_an_expression_prints(value: tree.Expression, printed: str) -> None:
    assert render(out(value)) == printed


def test_raw_and_plain_text_are_not_escaped() -> None:
    assert render(Output(value=X, raw=True)) == "<x>"
    assert render(out(X), escapes=False) == "<x>"


@pytest.mark.parametrize(
    "parts",
    [
        And(parts=(lit(""), Call(function="note", args=(lit("a"),)))),
        Or(parts=(lit("x"), Call(function="note", args=(lit("b"),)))),
        Choose(test=X, then=X, otherwise=Call(function="note", args=(lit("c"),))),
    ],
)
def test_what_is_behind_the_answer_is_not_looked_at(parts: tree.Expression) -> None:
    CALLS.clear()
    render(Do(value=parts))
    assert CALLS == []


def test_the_first_branch_that_holds() -> None:
    def branches(first: object, second: object) -> tree.If:
        return If(
            branches=((lit(first), (Text(text="1"),)), (lit(second), (Text(text="2"),))), otherwise=(Text(text="3"),)
        )

    assert [render(branches(*each)) for each in ((1, 1), (0, 1), (0, 0))] == ["1", "2", "3"]


def test_a_loop_has_its_item_its_place_and_its_parent() -> None:
    inner = For(
        item="q",
        items=lit([1, 2]),
        loop="loop",
        body=(out(Path(root="loop", steps=("parentloop", "index"))), out(Path(root="loop", steps=("rindex",)))),
    )
    outer = For(item="p", items=ITEMS, loop="loop", body=(out(Path(root="p")), inner), otherwise=(Text(text="none"),))
    assert render(outer, out(Path(root="p"))) == "a1211b2221c3231"
    assert render(For(item="p", items=lit([]), body=(Text(text="x"),), otherwise=(Text(text="none"),))) == "none"


def test_a_round_ends_in_what_comes_after_it_also_if_it_is_cut_short() -> None:
    def loop(leave: tree.Statement) -> str:
        test = Compare(sign="==", left=Path(root="p"), right=lit("b"))
        body = (If(branches=((test, (leave,)),)), out(Path(root="p")))
        return render(For(item="p", items=ITEMS, body=body, after=(Text(text=";"),)))

    assert (loop(Break()), loop(Continue())) == ("a;;", "a;;c;")


def test_let_holds_inside_assign_from_there_on() -> None:
    assert render(Let(name="x", value=lit("in"), body=(out(X),)), out(X)) == "in&lt;x&gt;"
    assert render(out(X), Assign(name="x", value=lit("new")), out(X)) == "&lt;x&gt;new"


def test_a_name_that_is_set_anew_is_looked_up_anew() -> None:
    """Equal outputs are made once: but not if a name in them changes between."""
    loop = For(item="p", items=ITEMS, body=(Assign(name="x", value=Path(root="p")), out(X), out(X)))
    assert render(out(X), loop, out(X)) == "&lt;x&gt;aabbccc"
    inner = For(item="p", items=lit(["i"]), body=(out(Path(root="p")), out(Path(root="p"))))
    assert render(For(item="p", items=ITEMS, body=(out(Path(root="p")), inner, out(Path(root="p"))))) == "aiiabiibciic"


def test_what_may_not_have_run_is_not_relied_on() -> None:
    up = out(Call(function="upper", args=(X,)))
    assert render(If(branches=((Y, (up,)),)), up, up) == "&lt;X&gt;" * 2
    assert (
        render(
            out(Or(parts=(lit(1), Path(root="deep", steps=("list",))))), out(Path(root="deep", steps=("list", 0, "n")))
        )
        == "Truefound"
    )
    assert render(For(item="p", items=lit([]), body=(up,)), up) == "&lt;X&gt;"


def test_capture_keeps_what_is_printed_as_it_is() -> None:
    assert render(Capture(name="c", body=(out(X), Text(text="<b>"))), out(Path(root="c"))) == "&lt;x&gt;<b>"
    leaving = For(item="p", items=ITEMS, body=(Capture(name="c", body=(Text(text="lost"), Break())),))
    assert render(leaving, Text(text="after")) == "after"


def test_partials() -> None:
    partials: dict[str, tree.Body] = {
        "show": (out(X), out(Path(root="p")), Assign(name="x", value=lit("set"))),
        "leave": (Text(text="!"), Break()),
    }
    alone = Include(name=lit("show"), given=(("p", lit("given")),))
    assert (
        render(Let(name="p", value=lit("here"), body=(alone, out(X))), partials=partials) == "&lt;x&gt;given&lt;x&gt;"
    )
    sharing = Include(name=lit("show"), isolated=False)
    assert render(Let(name="p", value=lit("here"), body=(sharing, out(X))), partials=partials) == "&lt;x&gt;hereset"
    loop = For(item="p", items=ITEMS, body=(out(Path(root="p")), Include(name=lit("leave"), isolated=False)))
    assert render(loop, partials=partials) == "a!"
    assert render(Include(name=Path(root="key"), isolated=True), partials={"n": (Text(text="dynamic"),)}) == "dynamic"


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ((Include(name=lit("shw")),), "there is no partial 'shw'; did you mean 'show'"),
        ((Include(name=X),), "there is no partial '<x>'"),
        ((out(Call(function="uper")),), "there is no function 'uper'; did you mean 'upper'"),
        ((Break(),), "'break' stands in no loop"),
        ((Include(name=lit("show")),), "'continue' stands in no loop"),
        ((out(Call(function="divide", args=(lit(1), Y))),), "division by zero"),
    ],
)
def test_what_cannot_work_is_said(body: tree.Body, error: str) -> None:
    with pytest.raises(TemplateError, match=error):
        render(*body, partials={"show": (Continue(),)})


def test_a_fault_is_placed_where_its_author_wrote_it() -> None:
    at = Place(file="a.hbs", line=3, column=7)
    fails = Call(
        function="divide", args=(lit(1), Call(function="note", args=(lit("x"),), at=Place(line=1, column=1))), at=at
    )
    body = (Text(text="x"), Output(value=Call(function="upper", args=(fails,), at=Place(line=9, column=9))))
    with pytest.raises(TemplateError) as caught:
        render(For(item="p", items=ITEMS, body=body))
    assert caught.value.at == at


def test_a_part_that_fails_gets_its_fallback_and_the_reason_is_kept() -> None:
    fails = Output(value=Call(function="divide", args=(lit(1), Y), at=Place(line=2, column=5)))
    attempt = Attempt(body=(Text(text="lost"), fails), otherwise=(Text(text="instead"),))
    printed = program((Text(text="a "), attempt, Text(text=" b")), PLAIN).print(DATA)
    assert printed.text == "a instead b"
    assert [(each.reason, each.at.line) for each in printed.setbacks] == [
        ("the template failed on this data: division by zero", 2)
    ]
    assert program((Attempt(body=(Text(text="fine"),)),), PLAIN).print(DATA).setbacks == ()


def test_a_fallback_that_fails_fails() -> None:
    fails = (out(Call(function="divide", args=(lit(1), Y))),)
    with pytest.raises(TemplateError, match="division by zero"):
        render(Attempt(body=fails, otherwise=fails))


def test_a_loop_can_be_left_from_an_attempt() -> None:
    assert render(For(item="p", items=ITEMS, body=(Attempt(body=(out(Path(root="p")), Break())),))) == "a"


def test_budgets_and_withholding_are_no_setbacks() -> None:
    endless = For(item="p", items=lit(range(10**9)), body=(Text(text="x"),))
    with pytest.raises(LimitExceeded):
        render(Attempt(body=(endless,), otherwise=(Text(text="no"),)))
    with pytest.raises(Withheld, match="withholds this mail: no picks"):
        render(Attempt(body=(Abort(reason=lit("no picks")),), otherwise=(Text(text="no"),)))


def test_the_data_stay_as_they_were() -> None:
    data = {"x": "1"}
    template = program((Assign(name="x", value=lit("2")), Capture(name="z", body=()), out(X)), PLAIN)
    assert [template.render(data), template.render(data), data] == ["2", "2", {"x": "1"}]


def test_nothing_an_author_wrote_is_python() -> None:
    evil = "');import os#\n{x}\\"
    body = (
        Text(text=evil),
        out(lit(evil)),
        out(Path(root=evil, steps=(evil,))),
        For(item=evil, items=ITEMS, body=(), loop=evil + "2"),
        Let(name=evil, value=lit(evil), body=(Output(value=Path(root=evil), raw=True),)),
        Assign(name=evil, value=X),
        out(Call(function="note", named=(("what", lit("ok")),))),
    )
    assert program(body, PLAIN, escapes=False).render(DATA) == evil * 3 + "ok"


def test_variables_are_what_the_data_must_bring() -> None:
    body = (
        Assign(name="a", value=X),
        out(Path(root="a")),
        For(item="p", items=ITEMS, body=(out(Path(root="p")), out(Y))),
    )
    assert [each.path for each in program(body, PLAIN).variables()] == ["x", "items", "y"]
