"""Everything that is wrong with an entry, however it came: its names, its terms, what rules say."""

from collections import ChainMap
from collections.abc import Collection, Sequence
from dataclasses import replace

from kg.entry import Entry, Mode, Profile
from kg.errors import Both
from kg.namespaces import Names
from kg.pipeline.bounds import changed_terms, without_terms
from kg.pipeline.cell_wording import of_cell
from kg.pipeline.cells import TableImport, by_cell, cell_order, follows, listed
from kg.pipeline.doubling import told_of_doubles, without_mirrored
from kg.pipeline.entries import Context, Progress, explained, judge_entry, placed
from kg.pipeline.naming import undefined_in_entry
from kg.validate import Report, rule_name

_DESCRIBED = "DescribedValues"


def check_together(
    context: Context,
    entry: Entry,
    imports: Sequence[TableImport],
    profile: Profile,
    mode: Mode,
    *,
    gone: bool = False,
    own: Collection[str] = (),
    on_step: Progress = lambda *_: None,
) -> Report:
    """What is wrong with an entry, part of which stands in tables (`imports`), and with its names.

    With `gone`, names in the rest of the graph are looked up too, as the entry takes the place of
    some of it. What would change terms is told and left out of what is judged, but in the files
    `own` of the ontology and the shapes. What a rule misses because a cell could not be read is not
    told, as the cell is named. Raises what `judge_entry` raises.
    """
    things = mode is Mode.MERGED and profile is Profile.ENTRY
    others = profile is Profile.ENTRY
    undefined = Report(
        tuple(
            undefined_in_entry(context, entry, things=things, gone=things and gone, others=others)
        )
    )
    asserted, names = context.asserted, context.asserted.names
    entry, changing = without_terms(asserted.dataset, asserted.graph, names, entry, own)
    shapes = context.rulebook(profile).shapes
    terms = Report(tuple(changed_terms(changing, shapes, names, entry)))
    report = judge_entry(context, entry, profile, mode, on_step, in_place=gone)
    report = without_mirrored(entry, report)
    if imports:
        # the first findings of each rule are those of the first rows
        rows = sorted(placed(entry, report).findings, key=cell_order)
        report = Report(tuple(rows))
    report = _without_consequences(report, undefined, imports, names)
    if mode is Mode.ALONE:
        # whether things are described elsewhere is not asked of an entry that stands alone
        found = (f for f in report.findings if rule_name(f.shape) != _DESCRIBED)
        report = Report(tuple(found))
    # now that it is known what is told, that is counted and put into words
    undefined, terms = undefined.listed(), explained(context, entry, profile, terms)
    report = explained(context, entry, profile, report)
    if not imports:
        return undefined + terms + told_of_doubles(context, entry, report)
    columns = replace(report, findings=tuple(of_cell(f, entry, names) for f in report.findings))
    report = told_of_doubles(context, entry, columns)
    reports = undefined, terms, listed(imports), report
    findings = by_cell(*(each.findings for each in reports))
    return Report(findings, tuple(more for each in reports for more in each.further))


def _without_consequences(
    report: Report, undefined: Report, imports: Sequence[TableImport], names: Names
) -> Report:
    """The findings without those that less is said by than by a name or cell that causes them."""
    unknown = {(f.focus, f.value) for f in undefined.findings}
    meant = {(f.focus, f.explanation.nearest) for f in undefined.findings if f.explanation}
    broken = ChainMap(*({**table.broken} for table in imports))
    left = (
        f
        for f in report.findings
        if (f.focus, f.value) not in unknown
        and (f.focus, f.predicate) not in unknown
        and not (f.value is None and f.path and (f.focus, Both(f.path, f.path)) in meant)
        and not follows(f, broken, names)
    )
    return Report(tuple(left))
