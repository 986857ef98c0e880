"use strict";
// The tables of the report.

const FEW_ROWS = 50;
const WALL_PHASES = ["prepare", "send", "job", "collect", "process"];
const TASK_PHASES = ["refresh", "read", "forward"];
const DIRECTIONS = { higher_is_better: "higher", lower_is_better: "lower", neutral: "" };

/**
 * A table. A column has a title, and a function from a row to the content of its cell; the first
 * one names the row. Of many rows, the first or the last ones are shown, and a button shows all.
 */
function table(caption, columns, rows, shown = "first") {
  const head = element(
    "tr",
    {},
    columns.map((one) => element("th", { scope: "col", class: one.kind }, one.title)),
  );
  const body = element("tbody");
  const fill = (some) => body.replaceChildren(...some.map((row) => tableRow(columns, row)));
  fill(shown === "last" ? rows.slice(-FEW_ROWS) : rows.slice(0, FEW_ROWS));
  const made = element(
    "div",
    { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
    element("table", {}, element("caption", {}, caption), element("thead", {}, head), body),
  );
  if (rows.length <= FEW_ROWS) {
    return [made];
  }
  const button = element(
    "button",
    {
      type: "button",
      onclick: () => {
        fill(rows);
        button.remove();
      },
    },
    "Show all " + countText(rows.length) + " rows",
  );
  return [element("p", {}, "The " + shown + " " + FEW_ROWS + " rows. ", button), made];
}

function tableRow(columns, row) {
  return element(
    "tr",
    {},
    columns.map((one, i) =>
      element(i === 0 ? "th" : "td", { scope: i === 0 ? "row" : undefined, class: one.kind }, one.cell(row)),
    ),
  );
}

/** A list of terms and their descriptions; those without one are left out. */
function terms(entries) {
  return element(
    "dl",
    {},
    entries
      .filter(([, description]) => description !== undefined && description !== "")
      .flatMap(([term, description]) => [
        element("dt", {}, term),
        element("dd", {}, typeof description === "string" ? isolated(description) : description),
      ]),
  );
}

function iterationText(run, index) {
  const at = run.iterations;
  const name = at.name ? at.name[index] : "";
  return name || "E" + at.epoch[index] + "_U" + at.update[index] + "_S" + at.sample[index];
}

/** The last and best values of all metrics of a run. */
function metricsTable(run) {
  const best = (cell) => (metric) => (metric.best ? cell(metric.best) : "");
  return table(
    "The last and the best value of each metric",
    [
      { title: "Metric", cell: (metric) => isolated(metric.key) },
      { title: "Better", cell: (metric) => DIRECTIONS[metric.direction] },
      { title: "Last", kind: "number", cell: (metric) => numberText(metric.last.value) },
      { title: "Best", kind: "number", cell: best((found) => numberText(found.value)) },
      { title: "Best at", cell: best((found) => isolated(iterationText(run, found.at))) },
      { title: "Checkpoint of the best", cell: best((found) => (found.checkpoint ? isolated(found.checkpoint) : "not saved")) },
    ],
    decisiveFirst(run.metrics, (metric) => metric),
  );
}

/** Metrics that can be better or worse come before the others. */
function decisiveFirst(rows, metricOf) {
  const isNeutral = (row) => Number(metricOf(row).direction === "neutral");
  return [...rows].sort((a, b) => isNeutral(a) - isNeutral(b));
}

/** The best or else the last value of each metric in each of several runs. */
function comparisonTable(runs) {
  const keys = [...new Set(runs.flatMap((run) => run.metrics.map((metric) => metric.key)))];
  const rows = keys.map((key) => ({
    key,
    found: runs.map((run) => run.metrics.find((metric) => metric.key === key)),
  }));
  const bestOf = (row) => {
    const direction = agreedDirection(row.found);
    const values = row.found.filter((one) => one && one.best).map((one) => number(one.best.value));
    return direction === "neutral" || values.length < 2
      ? undefined
      : Math[direction === "higher_is_better" ? "max" : "min"](...values);
  };
  const cell = (i) => (row) => {
    const metric = row.found[i];
    if (!metric) {
      return "";
    }
    const place = metric.best || metric.last;
    const text = numberText(place.value);
    const isBest = metric.best && number(place.value) === bestOf(row);
    return [
      isBest ? element("strong", {}, text + " (best)") : text,
      element("div", { class: "small" }, isolated(iterationText(runs[i], place.at))),
    ];
  };
  return table(
    "The best value of each metric, or the last one if none is better, and where it was reached",
    [
      { title: "Metric", cell: (row) => isolated(row.key) },
      { title: "Better", cell: (row) => DIRECTIONS[agreedDirection(row.found)] },
      ...runs.map((run, i) => ({ title: isolated(run.label), kind: "number", cell: cell(i) })),
    ],
    decisiveFirst(rows, (row) => row.found.find((one) => one)),
  );
}

/** The direction of a metric of several runs, some of which may lack it; neutral if they differ. */
function agreedDirection(found) {
  const directions = new Set(found.filter((one) => one).map((one) => one.direction));
  return directions.size === 1 ? [...directions][0] : "neutral";
}

/** What runs are and the parameters of theirs that differ. */
function differencesTable(runs) {
  const all = runs.map((run) => ({ ...run.about, ...run.versions, ...run.parameters }));
  const keys = [...new Set(all.flatMap(Object.keys))];
  const rows = keys.filter((key) => new Set(all.map((one) => one[key])).size > 1);
  return rows.length === 0
    ? [element("p", {}, "Neither parameters nor versions differ.")]
    : table(
        "What differs between the runs",
        [
          { title: "Parameter", cell: (key) => isolated(key) },
          ...runs.map((run, i) => ({
            title: isolated(run.label),
            cell: (key) => isolated(all[i][key] === undefined ? "" : all[i][key]),
          })),
        ],
        rows,
      );
}

/** How runs are named, and how they ended. */
function runsTable(runs) {
  return table(
    "The runs",
    [
      { title: "Run", cell: (run) => isolated(run.label) },
      { title: "Status", cell: (run) => run.status },
      { title: "Started", cell: (run) => (run.started ? timeText(run.started) : "") },
      { title: "What stopped it", cell: (run) => isolated(run.reason || "") },
      { title: "Records", kind: "number", cell: (run) => countText(run.records) },
      { title: "Folder", cell: (run) => isolated(run.location) },
    ],
    runs,
  );
}

/** A bar of the phases of an evaluation; their widths are shares of the longest evaluation. */
function phasesBar(milliseconds, longest) {
  const parts = WALL_PHASES.filter((phase) => milliseconds[phase] > 0);
  const text = [...WALL_PHASES, ...TASK_PHASES]
    .map((phase) => phase + " " + secondsText(milliseconds[phase]))
    .join(", ");
  const bar = element("span", { class: "bar", role: "img", "aria-label": text, title: text });
  for (const phase of parts) {
    const part = element("span", { class: "phase " + phase });
    part.style.width = (100 * milliseconds[phase]) / longest + "%";
    bar.append(part);
  }
  return bar;
}

function phasesLegend() {
  return element(
    "p",
    { class: "legend" },
    WALL_PHASES.flatMap((phase) => [element("span", { class: "phase key " + phase }), phase + " "]),
    "· refresh, read and forward are sums over the tasks, within the job",
  );
}

/** The evaluations of a run that have results. */
function evaluationsTable(run) {
  const done = run.evaluations.filter((one) => one.outcome === "ok");
  if (done.length === 0) {
    return [element("p", {}, "No evaluation is recorded.")];
  }
  const times = (one) => one.milliseconds.total + one.milliseconds.process;
  const longest = done.reduce((most, one) => Math.max(most, times(one)), 0) || 1;
  const phase = (name) => ({
    title: name,
    kind: "number",
    cell: (one) => secondsText(one.milliseconds[name]),
  });
  const older = run.recorded_evaluations - run.evaluations.length;
  return [
    phasesLegend(),
    older > 0 ? element("p", {}, countText(older) + " older or damaged ones are not shown; see evaluations.jsonl.") : [],
    table(
      "Evaluations; times in seconds",
      [
        { title: "Iteration", kind: "unbroken", cell: (one) => one.iteration },
        { title: "Callback or checkpoint", cell: (one) => isolated(one.callback) },
        { title: "Dataset", cell: (one) => isolated(one.dataset) },
        { title: "Rows", kind: "number", cell: rowsCell },
        { title: "total", kind: "number", cell: (one) => secondsText(one.milliseconds.total) },
        { title: "Phases", cell: (one) => phasesBar(one.milliseconds, longest) },
        { title: "Tasks", kind: "number", cell: (one) => String(one.tasks) },
        { title: "Attempts", kind: "number", cell: attemptsCell },
        { title: "Executors: tasks", cell: executorsCell },
        ...[...WALL_PHASES, ...TASK_PHASES].map(phase),
      ],
      done,
      "last",
    ),
  ].flat();
}

function rowsCell(one) {
  const skipped = one.rows_skipped || 0;
  return countText(one.rows) + (skipped > 0 ? " (" + countText(skipped) + " skipped)" : "");
}

function attemptsCell(one) {
  return one.attempts > one.tasks ? element("strong", {}, String(one.attempts)) : String(one.attempts);
}

function executorsCell(one) {
  return Object.entries(one.executors).map(([name, tasks]) =>
    element("div", { class: "executor" }, isolated(name), ": " + tasks),
  );
}

/** Everything of a run that failed or was skipped, in the order of time. */
function troubles(run) {
  const failed = run.evaluations
    .filter((one) => one.outcome === "failed")
    .map((one) => ({ ...one, what: "failed", name: one.callback }));
  const watched = run.outcomes
    .filter((one) => !failed.some((other) => other.name === one.name && other.time === one.time))
    .map((one) => ({ ...one, what: one.outcome }));
  return [...failed, ...watched, ...skippedInTraining(run)].sort((a, b) =>
    a.time < b.time ? -1 : a.time > b.time ? 1 : 0,
  );
}

/** Evaluations that were skipped because too many ran beside training. */
function skippedInTraining(run) {
  const prefix = "skipped_evaluations/";
  return run.metrics
    .filter((metric) => metric.key.startsWith(prefix))
    .flatMap((metric) =>
      metric.value.map((count, i) => {
        const index = metric.at ? metric.at[i] : i;
        return {
          what: "skipped",
          iteration: iterationText(run, index),
          name: metric.key.slice(prefix.length),
          reason: "too many evaluations were running beside training",
          time: new Date(run.iterations.time[index]).toISOString(),
        };
      }),
    );
}

function troublesTable(run) {
  const rows = troubles(run);
  return rows.length === 0
    ? [element("p", {}, "No evaluation failed or was skipped.")]
    : table(
        "Evaluations that failed or were skipped",
        [
          { title: "Iteration", kind: "unbroken", cell: (one) => one.iteration },
          { title: "What", cell: (one) => element("span", { class: one.what }, one.what) },
          { title: "Callback or checkpoint", cell: (one) => isolated(one.name) },
          { title: "Dataset", cell: (one) => isolated(one.dataset || "") },
          { title: "Reason", cell: (one) => isolated(one.reason) },
          { title: "Time", kind: "unbroken", cell: (one) => timeText(one.time) },
        ],
        rows,
        "last",
      );
}
