"""What the graphs of the project hold, in words; that of an edition is described by its label."""

from collections.abc import Mapping

from kg.errors import Both

CONTENTS: Mapping[str, Both] = {
    "org": Both(
        "文書に出てくる組織・会議体・拠点・人と、その所属。",
        "Organisations, committees, hubs, people and memberships as the documents name them.",
    ),
    "source": Both(
        "文書、節、典拠箇所。各事実がどこに書かれているか。",
        "Documents, sections and spans: where each fact is printed.",
    ),
    "curated": Both(
        "人の判断。それぞれに理由がある。", "Judgements of people, each with its rationale."
    ),
    "external": Both(
        "他所から得た事実。それぞれに出典がある。", "Facts from elsewhere, each with its source."
    ),
    "mapping": Both("他のデータセットとの対応。", "Links to other datasets."),
    "def": Both(
        "オントロジーと、それが使う他の語彙の公理。",
        "The ontology, and the few axioms of other vocabularies that it uses.",
    ),
    "vocab": Both("概念体系と年。", "Concept schemes and years."),
    "shapes": Both(
        "SHACLの形状。既定グラフには含まれない。", "SHACL shapes; not part of the default graph."
    ),
    "inferred": Both(
        "オントロジーの公理から導かれること。計算で作る。",
        "What follows by the ontology's axioms; computed.",
    ),
    "source-text": Both(
        "公式の本文。`senryaku sources attach` を実行した環境だけにある。",
        "The official wording, only where `senryaku sources attach` was run.",
    ),
}
"""What is in a graph, by its name."""


def edition_content(label: Both) -> Both:
    """What the graph of an edition holds."""
    return Both(
        f"この版が述べることだけ：{label.ja}。", f"Only what this edition states: {label.en}."
    )
