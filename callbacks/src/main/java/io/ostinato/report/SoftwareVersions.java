package io.ostinato.report;

import ai.djl.engine.Engine;
import java.util.LinkedHashMap;
import java.util.Map;

/** Versions of the software that runs, by name. */
public final class SoftwareVersions {
  private SoftwareVersions() {}

  /** Versions of Ostinato, if it runs from its jar, and of Java. */
  public static Map<String, String> ofThisProcess() {
    Map<String, String> versions = new LinkedHashMap<>();
    String ours = SoftwareVersions.class.getPackage().getImplementationVersion();
    if (ours != null) {
      versions.put("Ostinato", ours);
    }
    versions.put("Java", System.getProperty("java.version"));
    return versions;
  }

  /** Like {@link #ofThisProcess}, with DJL and its engine, which must be loaded, and others. */
  public static Map<String, String> with(Engine engine, Map<String, String> others) {
    Map<String, String> versions = ofThisProcess();
    versions.put("DJL", Engine.getDjlVersion());
    versions.put(engine.getEngineName(), engine.getVersion());
    versions.putAll(others);
    return versions;
  }
}
