package io.ostinato.jobs.data;

import io.ostinato.spark.image.ImageTransforms;
import io.ostinato.text.Excerpt;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/** The options with which all columns of a command are converted, by the key that they set. */
public final class ConversionOptions {
  private static final Map<String, String> EXAMPLES =
      Map.of(
          "tokenizer",
          "a column of text is --input text:tokens:128",
          "labels",
          "a column of labels is --label label:class",
          "transform",
          "a column of images is --input image:image:3,224,224");

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

  @Option(
      names = "--transform",
      paramLabel = "<transforms>",
      description =
          "Transforms of columns of images, such as --input image:image:3,224,224 --transform "
              + ImageTransforms.EXAMPLE
              + "; documented in docs/images.md. Default: "
              + ImageTransforms.DEFAULT
              + ".")
  private String transform = "";

  /** The keys of conversions that are set, such as {@code tokenizer}. */
  public Map<String, String> values() {
    Map<String, String> values =
        new LinkedHashMap<>(
            Map.of("tokenizer", tokenizer, "labels", labels, "transform", transform));
    values.values().removeIf(String::isEmpty);
    return values;
  }

  /** The mistakes of options that no column uses; empty if there are none. */
  public List<String> mistakes(List<ColumnSpec> columns) {
    List<String> mistakes = new ArrayList<>();
    values()
        .forEach(
            (key, value) -> {
              if (columns.stream().noneMatch(column -> isUsedBy(column, key))) {
                mistakes.add(
                    "--%s '%s' has no effect, because no column is converted with it; %s"
                        .formatted(
                            key, Excerpt.of(value), EXAMPLES.getOrDefault(key, "remove it")));
              }
            });
    return mistakes;
  }

  private static boolean isUsedBy(ColumnSpec column, String key) {
    return column instanceof ConvertedSpec converted
        && Stream.of(converted.conversion().getClass().getRecordComponents())
            .anyMatch(component -> component.getName().equals(key));
  }
}
