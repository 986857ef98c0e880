package io.ostinato.tracking;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Which run this is.
 *
 * @param folder where its files are
 * @param parameters what it was started with
 */
public record RunInfo(String runId, Path folder, Map<String, String> parameters) {
  public RunInfo {
    parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
  }
}
