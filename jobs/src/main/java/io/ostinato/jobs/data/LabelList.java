package io.ostinato.jobs.data;

import io.ostinato.spark.data.Labels;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.conf.Configuration;

/** Labels as given by a configuration: a list of them, or the file that has one per line. */
final class LabelList {
  static final String MEANING =
      "The labels in the order of their classes, or the name of the file that has one per line.";

  private LabelList() {}

  /**
   * The labels.
   *
   * @param given the labels, or only the name of a file
   * @throws IllegalArgumentException if the file can't be read or isn't text, a line is empty, or
   *     the labels are not different ones
   */
  static Labels of(List<String> given, Configuration files) {
    if (given.size() != 1) {
      return Labels.of(given);
    }
    String file = given.get(0);
    byte[] content = DataFile.read("labels", file, files);
    try {
      return Labels.of(lines(content));
    } catch (IllegalArgumentException e) {
      throw DataFile.refused("labels", file, String.valueOf(e.getMessage()), e);
    }
  }

  private static List<String> lines(byte[] content) {
    String text = text(content);
    List<String> lines = new ArrayList<>(Arrays.asList(text.split("\r\n|\r|\n", -1)));
    if (lines.get(lines.size() - 1).isEmpty()) {
      lines.remove(lines.size() - 1); // after the end of the last line
    }
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).isBlank()) {
        throw new IllegalArgumentException(
            "line %s is empty; each line must have the label of a class".formatted(i + 1));
      }
    }
    return lines;
  }

  private static String text(byte[] content) {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(content)).toString();
      return text.startsWith("\ufeff") ? text.substring(1) : text;
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("it is not valid UTF-8 text", e);
    }
  }
}
