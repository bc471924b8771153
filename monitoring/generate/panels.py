"""The few kinds of panel that the dashboards are made of."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from grafana_foundation_sdk.builders import common, dashboard, prometheus, stat, table, timeseries
from grafana_foundation_sdk.models import common as looks
from grafana_foundation_sdk.models.dashboard import (
    DashboardCursorSync,
    DashboardSpecialValueMapOptions,
    DataSourceRef,
    DataTransformerConfig,
    DynamicConfigValue,
    FieldColorModeId,
    MatcherConfig,
    SpecialValueMap,
    SpecialValueMatch,
    Threshold,
    ThresholdsMode,
    ValueMappingResult,
)
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

from monitoring.generate.grafana_rules import DATASOURCE

SOURCE = DataSourceRef(type_val="prometheus", uid=DATASOURCE)
Steps = Sequence[tuple[float | None, str]]
"""From which value on a panel has which colour; the first starts at None."""

CALM: Steps = ((None, "green"),)
_UNKNOWN = SpecialValueMap(
    DashboardSpecialValueMapOptions(
        match=SpecialValueMatch.NULL_AND_NAN,
        result=ValueMappingResult(text="unknown", color="orange"),
    )
)
COUNT = "short"
SHARE = "percentunit"
SECONDS = "s"


@dataclass(frozen=True)
class Line:
    """A query and what its series are called; Grafana fills in `{{label}}`."""

    query: str
    name: str


def board(uid: str, title: str, description: str) -> dashboard.Dashboard:
    """An empty dashboard, the same frame for all."""
    return (
        dashboard.Dashboard(title)
        .uid(uid)
        .description(description)
        .tags(["badbuzz"])
        .timezone("browser")
        .tooltip(DashboardCursorSync.CROSSHAIR)
        .refresh("10s")
        .time("now-1h", "now")
        .readonly()
        .link(
            dashboard.DashboardLink("badbuzz").tags(["badbuzz"]).include_vars(True).keep_time(True)
        )
    )


def figure(
    title: str, query: str, unit: str, steps: Steps, about: str, *, width: int = 4, name: str = ""
) -> stat.Panel:
    """One large figure: what a person looks at first."""
    return (
        stat.Panel()
        .title(title)
        .description(about)
        .datasource(SOURCE)
        # Asked for now alone: a range would go on showing its last value when nothing comes.
        .with_target(_target(Line(query, name), "A").instant())
        .unit(unit)
        .thresholds(_thresholds(steps))
        .color_mode(looks.BigValueColorMode.BACKGROUND)
        .graph_mode(looks.BigValueGraphMode.NONE)
        .mappings([_UNKNOWN])
        .text_mode(looks.BigValueTextMode.NAME if name else looks.BigValueTextMode.AUTO)
        .reduce_options(common.ReduceDataOptions().calcs(["last"]))
        .no_value("unknown")
        .height(4)
        .span(width)
    )


def chart(
    title: str, lines: Iterable[Line], unit: str, about: str, *, width: int = 12,
    limit: float | None = None, top: float | None = None,
) -> timeseries.Panel:  # fmt: skip
    """Lines over time, from zero on; `limit` is drawn as a dashed line where an alert begins."""
    panel = (
        timeseries.Panel()
        .title(title)
        .description(about)
        .datasource(SOURCE)
        .unit(unit)
        .min(0)
        .line_width(2)
        .fill_opacity(8)
        .show_points(looks.VisibilityMode.NEVER)
        .legend(
            common.VizLegendOptions()
            .display_mode(looks.LegendDisplayMode.LIST)
            .placement(looks.LegendPlacement.BOTTOM)
            .show_legend(True)
        )
        .tooltip(common.VizTooltipOptions().mode(looks.TooltipDisplayMode.MULTI))
        .height(8)
        .span(width)
    )
    for place, line in enumerate(lines):
        ref = chr(ord("A") + place)
        panel.with_target(_target(line, ref))
    if top is not None:
        panel.max(top)
    if limit is not None:
        panel.thresholds(_thresholds(((None, "transparent"), (limit, "red"))))
        panel.thresholds_style(
            common.GraphThresholdsStyleConfig().mode(looks.GraphThresholdsStyleMode.DASHED)
        )
    return panel


def listing(
    title: str, query: str, columns: dict[str, str], about: str, width: int = 12
) -> table.Panel:
    """A table of series: `columns` maps labels (and `Value`) to headings, in order."""
    keep = {
        "includeByName": dict.fromkeys(columns, True),
        "indexByName": {name: place for place, name in enumerate(columns)},
        "renameByName": columns,
    }
    target = _target(Line(query, ""), "A").instant().format(PromQueryFormat.TABLE)
    return (
        table.Panel()
        .title(title)
        .description(about)
        .datasource(SOURCE)
        .with_target(target)
        .with_transformation(DataTransformerConfig(id_val="organize", options=keep))
        .no_value("–")
        .height(8)
        .span(width)
    )


def _target(line: Line, ref: str) -> prometheus.Dataquery:
    return (
        prometheus.Dataquery()
        .expr(line.query)
        .legend_format(line.name or "__auto")
        .range()
        .ref_id(ref)
        .datasource(SOURCE)
    )


def _thresholds(steps: Steps) -> dashboard.ThresholdsConfig:
    marks = [Threshold(value=value, color=colour) for value, colour in steps]
    return dashboard.ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE).steps(marks)


def styled(panel: timeseries.Panel, colours: dict[str, str], dashed: str = "") -> timeseries.Panel:
    """Give series of these names fixed colours, and dash the one that is named."""
    for name, colour in colours.items():
        looks_like = {"mode": FieldColorModeId.FIXED.value, "fixedColor": colour}
        panel.with_override(_named(name), [DynamicConfigValue(id_val="color", value=looks_like)])
    if dashed:
        line = {"fill": "dash", "dash": [8, 6]}
        panel.with_override(
            _named(dashed), [DynamicConfigValue(id_val="custom.lineStyle", value=line)]
        )
    return panel


def _named(name: str) -> MatcherConfig:
    return MatcherConfig(id_val="byNames", options={"mode": "include", "names": [name]})
