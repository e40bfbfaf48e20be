"""What is behind a campaign: its figures with their standing, and the estimated effects."""

from streamlit_app.view_models.campaigns import effects, effects_sentence, facts, line_of


def lifted(line, row, key: str, *, value: float, reach: float, spend: float = 1.0):
    rows = {
        "holdout_lift": row(value, "holdout_lift", unit="pp", ci_low=value - reach, ci_high=value + reach),
        "roas": row(3.0, denominator=spend),
    }
    return line(key, rows)


def test_facts_stand_with_words_intervals_and_reasons(line, row, definition) -> None:
    catalogue = {
        "roas": definition(),
        "cac": definition("cac", direction="lower"),
        "holdout_lift": definition("holdout_lift", unit="pp", target=None, range_low=0.5, range_high=3.0),
    }
    shown = lifted(line, row, "a", value=1.2, reach=0.5)
    found = {fact.label: fact for fact in facts(shown, catalogue)}
    assert found["ROAS"].value == "3.00x"
    assert found["ROAS"].note == ""
    assert found["CAC"].value == "–"
    assert found["CAC"].note == "nothing of the kind happened in this window"
    assert found["HOLDOUT_LIFT"].note == "95%: +0.70 pp to +1.70 pp"


def test_the_seven_that_spend_most_are_drawn_largest_effect_first(line, row) -> None:
    lines = [lifted(line, row, str(n), value=float(n), reach=0.5, spend=100.0 - n) for n in range(10)]
    assert [effect.value for effect in effects(lines, None)] == [6, 5, 4, 3, 2, 1, 0]
    assert [effect.name for effect in effects(lines, lines[9])] == ["Name 9"]


def test_campaigns_without_an_interval_are_not_drawn(line, row) -> None:
    lines = [line("a", {"holdout_lift": row(1.0, "holdout_lift")}), line("b", {"holdout_lift": row(None)}), line("c")]
    assert effects(lines, None) == []


def test_sentences_about_effects(line, row) -> None:
    clear, loss = lifted(line, row, "a", value=1.5, reach=0.5), lifted(line, row, "b", value=-3.0, reach=0.5)
    unclear = lifted(line, row, "c", value=0.2, reach=0.5)
    assert effects_sentence(effects([clear, loss, unclear], None)) == (
        "2 of 3 campaigns shown have an effect beyond chance; "
        "the largest loss is Name b, −3.00 pp (−3.50 pp to −2.50 pp)."
    )
    assert effects_sentence(effects([clear], clear)) == "Of 100 customers it reaches, 1.50 more buy because of it."
    assert effects_sentence(effects([loss], loss)) == "Of 100 customers it reaches, 3.00 fewer buy because of it."
    assert effects_sentence(effects([unclear], None)).startswith("No effect can be told from zero yet")
    assert effects_sentence([]).startswith("No campaign has both")


def test_a_campaign_is_found_by_its_id(line) -> None:
    lines = [line("a"), line("b")]
    assert line_of(lines, "b") is lines[1]
    assert line_of(lines, "x") is None
    assert line_of(lines, None) is None
