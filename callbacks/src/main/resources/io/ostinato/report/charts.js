"use strict";
// Curves of metrics, drawn by uPlot.

const COLOURS = ["#3a7ec2", "#d2691e", "#2e9362", "#a45bb5", "#d3487a", "#8c7a2b", "#5f7f8f"];
const DASHES = [[], [8, 4], [2, 3], [10, 3, 2, 3]];
const MOST_CURVES = COLOURS.length;
const AXES = { update: "updates", epoch: "epochs", sample: "samples", record: "records", time: "time since the start" };

/** The places of a run's records on an axis. */
function placesOf(run, axis) {
  const at = run.iterations;
  if (axis === "record") {
    return at.time.map((unused, i) => i + 1);
  }
  return axis === "time" ? at.time.map((time) => (time - at.time[0]) / 1000) : at[axis];
}

/** The first axis on which the records of all runs have different places, in their order. */
function usualAxis(runs) {
  const grows = (places) => places.every((place, i) => i === 0 || place >= places[i - 1]);
  const spreads = (places) => new Set(places).size * 2 > places.length;
  return (
    ["update", "epoch", "sample"].find((axis) =>
      runs.every((run) => grows(placesOf(run, axis)) && spreads(placesOf(run, axis))),
    ) || "record"
  );
}

/** The curve of a metric of a run: its name, and the metric. Those of one value are no curves. */
function curvesOf(runs) {
  return runs.flatMap((run) =>
    run.metrics
      .filter((metric) => metric.value.length > 1)
      .map((metric) => ({ run, metric, key: metric.key })),
  );
}

/** Charts with a title and curves: of several runs by metric, of one by the beginning of the key. */
function chartsOf(runs) {
  const curves = curvesOf(runs);
  const groups =
    runs.length > 1
      ? grouped(curves, (curve) => curve.key)
      : [...grouped(curves, (curve) => curve.key.split("/")[0])].flatMap(([title, all]) =>
          all.length <= MOST_CURVES
            ? [[title, all]]
            : [...grouped(all, (curve) => curve.key.split("/").slice(0, 2).join("/"))],
        );
  return [...groups]
    .flatMap(([title, all]) => parts(all.length === 1 ? all[0].key : title, all))
    .sort((a, b) => Number(isNeutral(a)) - Number(isNeutral(b)));
}

function grouped(all, keyOf) {
  const groups = new Map();
  for (const one of all) {
    const key = keyOf(one);
    groups.set(key, [...(groups.get(key) || []), one]);
  }
  return groups;
}

function parts(title, curves) {
  const most = MOST_CURVES * DASHES.length;
  const made = [];
  for (let from = 0; from < curves.length; from += most) {
    made.push({
      title: curves.length > most ? title + " (" + (from / most + 1) + ")" : title,
      curves: curves.slice(from, from + most),
    });
  }
  return made;
}

function isNeutral(chart) {
  return chart.curves.every((curve) => curve.metric.direction === "neutral");
}

/** A moving average in which a value's weight falls by this factor with each later one. */
function smoothed(values, factor) {
  let sum = 0;
  let weight = 0;
  return values.map((value) => {
    if (!Number.isFinite(value)) {
      return value;
    }
    sum = factor * sum + value;
    weight = factor * weight + 1;
    return sum / weight;
  });
}

/** The points of a curve in the order of the axis; values that can't be drawn are null. */
function pointsOf(curve, options) {
  const places = placesOf(curve.run, options.axis);
  const values = smoothed(curve.metric.value.map(number), options.smoothing);
  const points = values.map((value, i) => {
    const index = curve.metric.at ? curve.metric.at[i] : i;
    const isDrawn = Number.isFinite(value) && (!options.log || value > 0);
    return { x: places[index], y: isDrawn ? value : null, index };
  });
  return points.sort((a, b) => a.x - b.x);
}

/**
 * The columns for uPlot: all places, and for each curve its values, undefined where it has none. A
 * place at which a curve has several values is there as often.
 */
function aligned(all) {
  const keyed = all.map((points) => {
    const seen = new Map();
    return points.map((point) => {
      const nth = seen.get(point.x) || 0;
      seen.set(point.x, nth + 1);
      return { ...point, nth, key: point.x + ":" + nth };
    });
  });
  const places = [...new Map(keyed.flat().map((point) => [point.key, point])).values()].sort(
    (a, b) => a.x - b.x || a.nth - b.nth,
  );
  const rows = new Map(places.map((place, row) => [place.key, row]));
  const columns = keyed.map((points) => {
    const column = new Array(places.length).fill(undefined);
    points.forEach((point) => {
      column[rows.get(point.key)] = point.y;
    });
    return column;
  });
  return [places.map((place) => place.x), ...columns];
}

/** The figure of a chart. It is drawn when it comes into view. */
class Chart {
  constructor(chart, options) {
    this.chart = chart;
    this.options = options;
    this.plot = null;
    this.row = null;
    this.place = element("div", {
      class: "chart",
      tabindex: "0",
      role: "group",
      "aria-label":
        "Chart of " + chart.title + ". Left and right arrows move the cursor, plus and minus zoom, 0 shows all.",
      onkeydown: (event) => this.onKey(event),
    });
    this.spoken = element("div", { class: "spoken", role: "status" });
    this.figure = element(
      "figure",
      {},
      element("figcaption", {}, element("h3", {}, isolated(chart.title))),
      this.place,
      this.spoken,
    );
  }

  /** Draws the chart anew. */
  draw() {
    this.destroy();
    this.row = null;
    const points = this.chart.curves.map((curve) => pointsOf(curve, this.options));
    this.data = aligned(points);
    this.plot = new uPlot(this.settings(), this.data, this.place);
  }

  destroy() {
    if (this.plot) {
      this.plot.destroy();
      this.plot = null;
    }
  }

  settings() {
    const style = getComputedStyle(document.documentElement);
    const text = style.getPropertyValue("--text").trim();
    const grid = style.getPropertyValue("--grid").trim();
    const axis = { stroke: text, grid: { stroke: grid, width: 1 }, ticks: { stroke: grid, width: 1 } };
    return {
      width: Math.max(280, this.place.clientWidth),
      height: 260,
      scales: { x: { time: false }, y: { distr: this.options.log ? 3 : 1, range: rangeOf(this.options.log) } },
      axes: [
        { ...axis, label: AXES[this.options.axis], labelSize: 22, size: 36, values: (u, ticks) => ticks.map((x) => this.placeText(x)) },
        { ...axis, size: 68, values: (u, ticks) => ticks.map((y) => (y === null ? "" : numberText(y))) },
      ],
      series: [
        { label: "at", value: (u, x) => (x === null || x === undefined ? "–" : this.placeText(x)) },
        ...this.chart.curves.map((curve, i) => this.series(curve, i)),
      ],
      legend: { live: true },
      cursor: { drag: { x: true, y: false }, sync: { key: "report" }, points: { size: 7 } },
      hooks: { draw: [(plot) => this.markBest(plot)] },
    };
  }

  series(curve, i) {
    return {
      label: curve.name || curve.key,
      stroke: COLOURS[i % COLOURS.length],
      dash: DASHES[Math.floor(i / COLOURS.length) % DASHES.length],
      width: 1.5,
      points: { show: curve.metric.value.length <= 60, size: 5, fill: COLOURS[i % COLOURS.length] },
      value: (u, y) => (y === null || y === undefined ? "–" : numberText(y)),
    };
  }

  placeText(x) {
    return this.options.axis === "time" ? durationText(x * 1000) : countText(Number(x.toPrecision(12)));
  }

  /** Draws a ring around the best value of each curve that has one. */
  markBest(plot) {
    const context = plot.ctx;
    const pixels = uPlot.pxRatio;
    this.chart.curves.forEach((curve, i) => {
      const best = curve.metric.best;
      const value = best && number(best.value);
      if (!best || !plot.series[i + 1].show || (this.options.log && value <= 0) || this.options.smoothing > 0) {
        return;
      }
      const x = plot.valToPos(placesOf(curve.run, this.options.axis)[best.at], "x", true);
      const y = plot.valToPos(value, "y", true);
      const { left, top, width, height } = plot.bbox;
      if (x >= left && x <= left + width && y >= top && y <= top + height) {
        context.save();
        context.strokeStyle = COLOURS[i % COLOURS.length];
        context.lineWidth = 2 * pixels;
        context.beginPath();
        context.arc(x, y, 7 * pixels, 0, 2 * Math.PI);
        context.stroke();
        context.restore();
      }
    });
  }

  onKey(event) {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const zoom = { "+": 0.5, "=": 0.5, "-": 2 }[event.key];
    if (!this.plot || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    if (step) {
      this.moveCursor(step);
    } else if (zoom) {
      this.zoom(zoom);
    } else if (event.key === "0") {
      this.showAll();
    } else {
      return;
    }
    event.preventDefault();
  }

  moveCursor(step) {
    const places = this.data[0];
    const now = this.cursorRow();
    const next =
      now === null || now === undefined ? (step > 0 ? 0 : places.length - 1) : Math.min(places.length - 1, Math.max(0, now + step));
    this.plot.setCursor({ left: this.plot.valToPos(places[next], "x"), top: this.plot.over.clientHeight / 2 });
    this.plot.setLegend({ idx: next });
    this.row = next;
    this.spoken.textContent = [
      AXES[this.options.axis] + " " + this.placeText(places[next]),
      ...this.chart.curves
        .map((curve, i) => [curve.name || curve.key, this.data[i + 1][next]])
        .filter(([, value]) => Number.isFinite(value))
        .map(([name, value]) => name + " " + numberText(value)),
    ].join(", ");
  }

  /** The row at the cursor; of several at one place, the one to which the keyboard has moved. */
  cursorRow() {
    const index = this.plot.cursor.idx;
    const places = this.data[0];
    return places[this.row] === places[index] ? this.row : index;
  }

  zoom(factor) {
    const { min, max } = this.plot.scales.x;
    const places = this.data[0];
    const index = this.plot.cursor.idx;
    const middle = index === null || index === undefined ? (min + max) / 2 : places[index];
    const half = ((max - min) * factor) / 2;
    this.plot.setScale("x", {
      min: Math.max(places[0], middle - half),
      max: Math.min(places[places.length - 1], middle + half),
    });
  }

  /** Undoes all zooming. */
  showAll() {
    if (this.plot) {
      const places = this.data[0];
      this.plot.setScale("x", { min: places[0], max: places[places.length - 1] });
    }
  }
}

/** The range of the values, with some space around; uPlot's own for a logarithmic scale. */
function rangeOf(isLog) {
  if (isLog) {
    return undefined;
  }
  return (plot, min, max) => {
    if (min === null || min === undefined) {
      return [0, 1];
    }
    const space = min === max ? Math.abs(min) * 0.1 || 1 : (max - min) * 0.08;
    return [min - space, max + space];
  };
}
