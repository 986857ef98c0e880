package io.ostinato.jobs.bench;

import java.util.List;

/** Measures one or more figures. */
interface Benchmark {
  List<Figure> run() throws Exception;
}
