"use strict";
// Puts the report together from its data.

const data = JSON.parse(document.getElementById("data").textContent);
const charts = [];
const options = { axis: "record", log: false, smoothing: 0 };

/** Draws charts as they come into view, and again when something about them has changed. */
const inView = new IntersectionObserver(
  (entries) => {
    for (const entry of entries) {
      const chart = charts.find((one) => one.place === entry.target);
      if (chart && entry.isIntersecting && !chart.plot) {
        chart.draw();
      }
    }
  },
  { rootMargin: "400px" },
);

function redraw() {
  charts.forEach((chart) => {
    chart.destroy();
    inView.unobserve(chart.place);
    inView.observe(chart.place);
  });
}

/** Names runs by their ids, or by their folders if two have the same. */
function nameRuns(runs) {
  const ids = runs.map((run) => run.id);
  runs.forEach((run) => {
    run.label = ids.filter((id) => id === run.id).length > 1 ? run.location : run.id;
  });
}

const STATUS = {
  running: "running when this page was written",
  finished: "finished",
  interrupted: "interrupted; it can be resumed",
  failed: "failed",
  killed: "its process ended without saying how; it was probably killed",
  ended: "ended",
  unknown: "unknown",
};

function header() {
  const only = data.runs.length === 1 ? data.runs[0] : null;
  return element(
    "header",
    {},
    element("p", { class: "small" }, "Ostinato · " + (only ? only.kind || "run" : "comparison")),
    element("h1", {}, only ? isolated(only.label) : "Comparison of " + data.runs.length + " runs"),
    only ? element("p", {}, element("span", { class: "status " + only.status }, STATUS[only.status])) : [],
    only && only.reason ? element("p", { class: "reason" }, "What stopped it: ", isolated(only.reason)) : [],
    element("p", { class: "small" }, "This page has the numbers as of " + timeText(data.written) + "."),
  );
}

function navigation(sections) {
  const links = sections.map((one) => {
    const title = one.querySelector("h2");
    return element("li", {}, element("a", { href: "#" + title.id }, title.textContent));
  });
  return element("nav", { "aria-label": "Sections" }, element("ul", {}, links));
}

function whatRan(run) {
  const about = Object.entries(run.about || {});
  const versions = Object.entries(run.versions || {}).map(([name, version]) => name + " " + version);
  const took = run.ended && run.started ? Date.parse(run.ended) - Date.parse(run.started) : 0;
  return terms([
    ["run", run.id],
    ["folder", run.location],
    ["started", run.started ? timeText(run.started) : ""],
    ["resumed", (run.resumed || []).map(timeText).join(", ")],
    ["ended", run.ended ? timeText(run.ended) + (took > 0 ? ", after " + durationText(took) : "") : ""],
    ...about,
    ["versions", versions.join(", ")],
    ["records", countText(run.records) + (run.damaged > 0 ? ", and " + run.damaged + " lines that can't be read" : "")],
  ]);
}

function configuration(run) {
  const parameters = Object.entries(run.parameters || {});
  const content = [];
  if (run.configuration) {
    content.push(
      element("details", { open: run.configuration.length < 4000 }, element("summary", {}, "Configuration"),
        element("pre", { tabindex: "0" }, run.configuration)),
    );
  }
  if (parameters.length > 0) {
    content.push(element("details", {}, element("summary", {}, "All parameters"), terms(parameters)));
  }
  return content.length > 0 ? content : [element("p", {}, "No configuration is recorded.")];
}

function controls() {
  const axis = element(
    "select",
    {
      onchange: (event) => {
        options.axis = event.target.value;
        redraw();
      },
    },
    Object.entries(AXES).map(([value, text]) =>
      element("option", { value, selected: value === options.axis }, text),
    ),
  );
  const log = element("input", {
    type: "checkbox",
    onchange: (event) => {
      options.log = event.target.checked;
      redraw();
    },
  });
  const shown = element("output", {}, "off");
  const smoothing = element("input", {
    type: "range",
    min: "0",
    max: "0.99",
    step: "0.01",
    value: "0",
    oninput: (event) => {
      options.smoothing = Number(event.target.value);
      shown.textContent = options.smoothing === 0 ? "off" : String(options.smoothing);
      redraw();
    },
  });
  return element(
    "div",
    { class: "controls" },
    element("label", {}, "Axis ", axis),
    element("label", {}, log, " Logarithmic"),
    element("label", {}, "Smoothing ", smoothing, " ", shown),
    element("button", { type: "button", onclick: () => charts.forEach((one) => one.showAll()) }, "Show all"),
  );
}

function curves() {
  const having = data.runs.filter((run) => run.iterations.time.length > 0);
  options.axis = usualAxis(having);
  const all = chartsOf(having);
  if (all.length === 0) {
    return [element("p", {}, "No metric has more than one value.")];
  }
  for (const chart of all) {
    chart.curves.forEach((curve) => {
      curve.name = data.runs.length > 1 ? curve.run.label : curve.key;
    });
    charts.push(new Chart(chart, options));
  }
  const isThinned = having.some((run) => run.is_thinned);
  return [
    controls(),
    element(
      "p",
      { class: "small" },
      "A ring marks the best value. Drag across a chart to zoom, and double-click to show all.",
      isThinned ? " Long runs are thinned: lows and highs are kept, so that no peak is lost." : "",
    ),
    element("div", { class: "charts" }, charts.map((chart) => chart.figure)),
  ];
}

function sectionsOfOne(run) {
  return [
    section("run", "What ran", whatRan(run)),
    section("metrics", "Metrics", ...metricsTable(run)),
    section("curves", "Curves", ...curves()),
    section("evaluations", "Evaluations", ...evaluationsTable(run)),
    section("failures", "Failures and skipped evaluations", ...troublesTable(run)),
    section("configuration", "Configuration", ...configuration(run)),
  ];
}

function sectionsOfSeveral(runs) {
  return [
    section("runs", "Runs", ...runsTable(runs)),
    section("metrics", "Metrics", ...comparisonTable(runs)),
    section("curves", "Curves", ...curves()),
    section("differences", "Differences", ...differencesTable(runs)),
    section(
      "failures",
      "Failures and skipped evaluations",
      ...runs.flatMap((run) => [element("h3", {}, isolated(run.label)), ...troublesTable(run)]),
    ),
    section(
      "details",
      "Each run",
      ...runs.flatMap((run) => [element("h3", {}, isolated(run.label)), whatRan(run), ...configuration(run)]),
    ),
  ];
}

nameRuns(data.runs);
const sections = data.runs.length === 1 ? sectionsOfOne(data.runs[0]) : sectionsOfSeveral(data.runs);
document.getElementById("report").append(header(), navigation(sections), ...sections);
redraw();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
addEventListener("beforeprint", () => charts.forEach((chart) => chart.draw()));
let width = innerWidth;
addEventListener("resize", () => {
  if (width !== innerWidth) {
    width = innerWidth;
    redraw();
  }
});
