// Draws each figure from its own table (ECharts, SVG); without this script the table is there.
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const HUES = ["--tea-700", "--star", "--indigo-700", "--clay-700", "--muted"].map(colour);
const font = getComputedStyle(document.body).fontFamily;

function read(table) {
  const [head, ...rows] = [...table.rows].map((row) => [...row.cells].map((cell) => cell.textContent.trim()));
  return { rows, names: head.slice(1), labels: rows.map(([label]) => label), columns: head.slice(1).map((_, at) => rows.map((row) => Number(row[at + 1]))) };
}

function groups({ names, columns }) {
  return names.map((name, at) => ({ type: "bar", name, data: columns[at], barMaxWidth: 48 }));
}

const bars = (told) => groups(told).map((one) => ({ ...one, stack: "all" }));

// a band is the area between two lines, stacked on the lower one
function fan({ names, columns: [low, quarter, threeQuarters, high, middle] }) {
  const band = (name, data, opacity) => ({
    type: "line", stack: "fan", name, data, symbol: "none", lineStyle: { width: 0 }, itemStyle: { color: HUES[0], opacity },
    areaStyle: { color: HUES[0], opacity }, tooltip: { show: false }, silent: true,
  });
  const less = (upper, lower) => upper.map((value, at) => value - lower[at]);
  const outer = "90 %", inner = "50 %";
  const found = [band("", low, 0), band(outer, less(quarter, low), 0.2), band(inner, less(threeQuarters, quarter), 0.45), band(outer, less(high, threeQuarters), 0.2)];
  if (middle) found.push({ type: "line", name: names[4], data: middle, symbol: "none", lineStyle: { color: HUES[0], width: 3 } });
  return found;
}

// goods from the left to the right, on a phone from above to below; a link that would close a circle
// stays in the table alone
function links(rows, narrow) {
  const next = new Map();
  const leads = (from, to, seen = new Set()) =>
    from === to || (!seen.has(from) && seen.add(from) && [...(next.get(from) ?? [])].some((one) => leads(one, to, seen)));
  const kept = rows.filter(([from, to]) => {
    if (leads(to, from)) return false;
    next.set(from, [...(next.get(from) ?? []), to]);
    return true;
  });
  const names = [...new Set(kept.flatMap(([from, to]) => [from, to]))];
  return [{
    type: "sankey", orient: narrow ? "vertical" : "horizontal", left: 8, right: narrow ? 8 : 120, top: 8, bottom: narrow ? 32 : 8, nodeGap: 12, draggable: false, emphasis: { focus: "adjacency" },
    label: { color: colour("--ink"), width: narrow ? 260 : 140, overflow: "truncate", position: narrow ? "bottom" : "right" }, lineStyle: { color: "source", opacity: 0.35 },
    data: names.map((name) => ({ name })),
    links: kept.map(([source, target, worth]) => ({ source, target, value: Math.max(1, Number(worth) || 1) })),
  }];
}

const KINDS = { bars, groups, fan };
for (const figure of document.querySelectorAll("figure.chart")) {
  const told = read(figure.querySelector("table"));
  if (!told.labels.length) continue;
  const box = figure.querySelector(".drawn");
  box.hidden = false;
  figure.querySelector("details").open = false;
  const plain = figure.dataset.kind === "links";
  const chart = globalThis.echarts.init(box, null, { renderer: "svg" });
  const series = plain ? links(told.rows, box.clientWidth < 480) : KINDS[figure.dataset.kind](told);
  if (plain) {
    chart.setOption({ animation: false, color: HUES, textStyle: { fontFamily: font, fontSize: 13 }, tooltip: {}, series });
    figure.dataset.ready = "1";
    continue;
  }
  const named = [...new Set(series.map(({ name }) => name).filter(Boolean))];
  chart.setOption({
    animation: false,
    color: HUES,
    textStyle: { fontFamily: font, fontSize: 13, color: colour("--ink") },
    grid: { left: 8, right: 8, top: named.length > 1 ? 40 : 12, bottom: 8, containLabel: true },
    legend: named.length > 1 ? { top: 0, data: named, textStyle: { color: colour("--ink") }, selectedMode: false } : undefined,
    tooltip: { trigger: "axis", axisPointer: { type: "shadow" }, show: figure.dataset.kind !== "fan" },
    xAxis: { type: "category", data: told.labels, axisLabel: { color: colour("--ink"), interval: 0, width: Math.max(40, box.clientWidth / told.labels.length - 12), overflow: "break", fontSize: 12 } },
    yAxis: { type: "value", minInterval: 1, axisLabel: { color: colour("--ink") }, splitLine: { lineStyle: { color: colour("--line") } } },
    series,
  });
  new ResizeObserver(() => chart.resize()).observe(box);
  figure.dataset.ready = "1";
}
