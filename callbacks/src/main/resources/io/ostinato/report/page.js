"use strict";
// Elements, numbers and times. Texts always become text nodes, never markup.

/** An element with attributes, listeners ("onclick") and children; strings become text. */
function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) {
      made.addEventListener(key.slice(2), value);
    } else if (value === true) {
      made.setAttribute(key, "");
    } else if (value !== false && value !== undefined) {
      made.setAttribute(key, value);
    }
  }
  made.append(...children.flat());
  return made;
}

/** Someone's text in its own direction of writing. */
function isolated(text) {
  return element("bdi", {}, text);
}

/** The number of a value, which is a string if JSON doesn't support it. */
function number(value) {
  return typeof value === "number" ? value : Number(value);
}

/** A number with six significant digits. */
function numberText(value) {
  const one = number(value);
  if (!Number.isFinite(one)) {
    return String(one);
  }
  if (Number.isInteger(one) && Math.abs(one) < 1e15) {
    return String(one);
  }
  const size = Math.abs(one);
  return size >= 1e-4 && size < 1e9
    ? String(Number(one.toPrecision(6)))
    : one.toExponential(4).replace("e+", "e");
}

/** A number with separators between thousands. */
function countText(value) {
  return String(value).replace(/\B(?=(\d{3})+$)/g, "\u202f");
}

/** Milliseconds as seconds. */
function secondsText(milliseconds) {
  const seconds = milliseconds / 1000;
  return seconds >= 100 ? seconds.toFixed(1) : seconds.toFixed(3);
}

/** A duration such as 1 h 02 min. */
function durationText(milliseconds) {
  const seconds = Math.round(milliseconds / 1000);
  const two = (n) => String(n).padStart(2, "0");
  if (seconds < 60) {
    return seconds + " s";
  }
  return seconds < 3600
    ? Math.floor(seconds / 60) + " min " + two(seconds % 60) + " s"
    : countText(Math.floor(seconds / 3600)) + " h " + two(Math.floor((seconds % 3600) / 60)) + " min";
}

/** A time in UTC without fractions of seconds. */
function timeText(instant) {
  return instant.replace("T", " ").replace(/(\.\d+)?Z$/, " UTC");
}

/** A section with a heading that can be linked to. */
function section(id, title, ...content) {
  return element(
    "section",
    { "aria-labelledby": id },
    element("h2", { id, tabindex: "-1" }, title),
    ...content,
  );
}
