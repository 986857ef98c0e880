package io.ostinato.jobs.scoring;

import ai.djl.engine.Engine;
import io.ostinato.report.SoftwareVersions;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** What the report of a run says about the command that made it. */
public final class CommandFacts {
  private CommandFacts() {}

  /** Versions of the software, after an evaluation or the creation of an engine. */
  public static Map<String, String> versions(SparkSession spark) {
    return SoftwareVersions.with(Engine.getInstance(), Map.of("Spark", spark.version()));
  }

  /** The options with which a command was called, by name, as they were given. */
  public static Map<String, String> options(CommandLine command) {
    Map<String, String> options = new LinkedHashMap<>();
    for (OptionSpec option : command.getParseResult().matchedOptions()) {
      options.put(option.longestName(), String.join(", ", option.originalStringValues()));
    }
    return options;
  }
}
