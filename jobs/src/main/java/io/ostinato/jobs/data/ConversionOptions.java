package io.ostinato.jobs.data;

import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Option;

/** The options with which all columns of a command are converted, by the key that they set. */
public final class ConversionOptions {
  @Option(
      names = "--tokenizer",
      paramLabel = "<file>",
      description =
          "The tokenizer.json of columns that are tokens, such as --input text:tokens:128; a file"
              + " on any file system that Hadoop supports.")
  private String tokenizer = "";

  @Option(
      names = "--labels",
      paramLabel = "<file>",
      description =
          "File with the labels of classes, one per line, for columns such as --label label:class.")
  private String labels = "";

  /** The keys of conversions that are set, such as {@code tokenizer}. */
  public Map<String, String> values() {
    Map<String, String> values =
        new LinkedHashMap<>(Map.of("tokenizer", tokenizer, "labels", labels));
    values.values().removeIf(String::isEmpty);
    return values;
  }
}
