package io.ostinato.jobs.bench;

import java.util.Locale;

/**
 * A measured figure.
 *
 * @param name as in {@code steady.mlp}
 * @param reach what it should be, in words
 * @param detail the measurements behind it
 */
record Figure(String name, double value, String unit, String reach, String detail) {

  String json() {
    return String.format(
        Locale.ROOT, "{\"name\":\"%s\",\"value\":%.6g,\"unit\":\"%s\"}", name, value, unit);
  }

  String row() {
    return String.format(
        Locale.ROOT, "%-28s %10.4g %-22s %-10s %s", name, value, unit, reach, detail);
  }
}
