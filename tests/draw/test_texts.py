"""The texts of charts: what Mermaid and Graphviz read, also where a flow holds their own syntax."""

from __future__ import annotations

import re

import pytest

from flowc.draw import dot, mermaid
from flowc.draw.picture import State
from tests.draw.random_pictures import random_picture
from tests.draw.test_svg import example

# The part of Mermaid's grammar that is used: a label in quotes, of characters that mean nothing else to its lexer.
LABEL = r'"(?:[A-Za-z0-9 _.,=+$/()!?*\'–→✓✗×▸·…-]|#[0-9]+;|<br/>)+"'
LINES = (
    r"flowchart TD",
    rf" +subgraph s_\w+\[{LABEL}\]",
    r" +end",
    rf" +s_\w+(?:\[{LABEL}\]|\[\[{LABEL}\]\])",
    rf"    s_\w+ (?:-->|-\.->(?:\|{LABEL}\|)?) s_\w+",
    r"    classDef [a-z]+ fill:#[0-9a-f]{6},stroke:#[0-9a-f]{6},color:#[0-9a-f]{6}",
    r"    class s_\w+(?:,s_\w+)* [a-z]+",
)
# A label in quotes, attributes, and the lines around them; nothing of a label can end its quotes.
QUOTED = r'"(?:[^"\\]|\\.)*"'


def test_the_mermaid_chart_of_the_example() -> None:
    assert mermaid.render(example(summary=State("failed"), subpages=State("started", 3, 12))) == (
        "flowchart TD\n"
        '    s_website["website"]\n'
        '    subgraph s_if_success["if_success<br/>if website.status is 200"]\n'
        '        s_sentiment["sentiment"]\n'
        '        s_summary["✗ summary"]\n'
        '        s_subpages[["▸ subpages<br/>map $website.links, 10 at once<br/>3 of 12"]]\n'
        '        s_save_to_db["save_to_db<br/>join any"]\n'
        "    end\n"
        '    subgraph s_if_failure["if_failure<br/>unless website.status is 200"]\n'
        '        s_notify_sentry["notify_sentry"]\n'
        "    end\n"
        '    s_website -.->|"status is 200"| s_if_success\n'
        "    s_sentiment --> s_save_to_db\n"
        "    s_subpages --> s_save_to_db\n"
        "    s_summary --> s_save_to_db\n"
        '    s_website -.->|"unless status is 200"| s_if_failure\n'
        "    classDef started fill:#ddf4ff,stroke:#0969da,color:#0a3069\n"
        "    class s_subpages started\n"
        "    classDef failed fill:#ffe3e0,stroke:#cf222e,color:#6e0712\n"
        "    class s_summary failed\n"
    )


@pytest.mark.parametrize("seed", range(12))
def test_hostile_text_stays_in_the_labels_of_mermaid(seed: int) -> None:
    picture = random_picture(seed, 30, hostile=True)
    lines = mermaid.render(picture).splitlines()
    assert not [line for line in lines if not any(re.fullmatch(form, line) for form in LINES)]
    assert not [line for line in lines if re.search(r"direction\s|style.*:|%%|\"[-+*] |\"\d+\. ", line)]
    nodes = [line for line in lines if re.match(r" +s_\w+\[", line)]
    assert len(nodes) == sum(node.kind != "branch" for node in picture.nodes.values())
    assert sum("->" in line for line in lines) == len(picture.edges)


def test_slugs_that_are_words_of_mermaid_are_no_words_there() -> None:
    lines = mermaid.render(random_picture(1)).splitlines()
    ids = re.findall(r"^ +(\w+)[\[ ]", "\n".join(lines), re.MULTILINE)
    assert all(name.startswith("s_") or name in {"subgraph", "class", "classDef"} for name in ids)


def test_the_graph_of_the_example_has_clusters_to_which_edges_go() -> None:
    text = dot.render(example(summary=State("failed")))
    assert '  subgraph "cluster_if_success" {\n    label="if_success\\nif website.status is 200"; ' in text
    assert '"website" -> "sentiment" [lhead="cluster_if_success", style=dashed, label="status is 200"]\n' in text
    assert '"summary" [label="✗ summary", tooltip="summary: failed", fillcolor="#ffe3e0", color="#cf222e"' in text
    assert '"subpages" [label="subpages\\nmap $website.links, 10 at once", ' in text
    assert "peripheries=2" in text


@pytest.mark.parametrize("seed", range(12))
def test_hostile_text_stays_in_the_strings_of_dot(seed: int) -> None:
    picture = random_picture(seed, 30, hostile=True)
    bare = re.sub(QUOTED, "S", dot.render(picture))
    forms = (
        r"digraph S \{",
        r"\}",
        r"  compound=true",
        r"  fontname=S",
        r"  (node|edge) \[[a-z]+=[S\w]+(, [a-z]+=[S\w]+)*\]",
        r" +subgraph S \{",
        r" +label=S; tooltip=S; style=S; fillcolor=S; color=S; fontcolor=S",
        r" +\}",
        r" +S \[label=S, tooltip=S(, peripheries=2)?(, fillcolor=S, color=S, fontcolor=S)?\]",
        r"  S -> S( \[(ltail=S|lhead=S|style=dashed|label=S|, )+\])?",
    )
    assert not [line for line in bare.splitlines() if not any(re.fullmatch(form, line) for form in forms)]
    assert bare.count("->") == len(picture.edges)
