package io.ostinato.jobs.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

record CostReport(List<CostMeasurement> measured) {
  static CostReport of(List<CostMeasurement> measured) { return new CostReport(measured); }
  void write(Path folder) throws IOException {}
  String markdown() { return ""; }
  List<Figure> figures() { return List.of(); }
}
