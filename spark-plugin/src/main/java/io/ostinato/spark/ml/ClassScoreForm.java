package io.ostinato.spark.ml;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.util.List;
import org.apache.spark.sql.Row;

/** The forms in which stages return the scores of classes. */
enum ClassScoreForm {
  /** DJL's {@code Classifications} as a struct with the names and the probabilities. */
  STRUCT {
    @Override
    double[] scores(Object value, ClassNumbers classes) {
      Row struct = (Row) value;
      List<String> names = struct.getList(struct.fieldIndex(NAMES));
      List<Number> probabilities = struct.getList(struct.fieldIndex(PROBABILITIES));
      double[] scores = new double[classes.size()];
      for (int i = 0; i < names.size(); i++) {
        scores[classes.of(names.get(i))] = probabilities.get(i).doubleValue();
      }
      return scores;
    }
  },
  /** The same, where the order of the names is that of the numbers of the classes. */
  ORDERED_STRUCT {
    @Override
    double[] scores(Object value, ClassNumbers classes) {
      Row struct = (Row) value;
      classes.checkOrder(struct.getList(struct.fieldIndex(NAMES)));
      return STRUCT.scores(value, classes);
    }
  },
  /** DJL's {@code Classifications} as JSON; classes that are missing in it have 0. */
  JSON {
    @Override
    double[] scores(Object value, ClassNumbers classes) {
      double[] scores = new double[classes.size()];
      for (JsonElement each : array((String) value)) {
        JsonObject one = each.getAsJsonObject();
        scores[classes.of(one.get(NAME).getAsString())] = one.get(PROBABILITY).getAsDouble();
      }
      return scores;
    }
  },
  /** A class by its name or number, which has 1, and the others 0. */
  CLASS {
    @Override
    double[] scores(Object value, ClassNumbers classes) {
      double[] scores = new double[classes.size()];
      scores[classOf(value, classes)] = 1;
      return scores;
    }
  };

  static final String NAMES = "class_names";
  static final String PROBABILITIES = "probabilities";
  private static final String NAME = "className";
  private static final String PROBABILITY = "probability";

  /**
   * The score of each class.
   *
   * @throws IllegalArgumentException if the value has another form, or a class that is not one of
   *     these
   */
  abstract double[] scores(Object value, ClassNumbers classes);

  /** The number of the class that a value names. */
  static int classOf(Object value, ClassNumbers classes) {
    return value instanceof Number number ? classes.of(number) : classes.of(String.valueOf(value));
  }

  /** Whether a text is DJL's {@code Classifications} as JSON. */
  static boolean isJson(String text) {
    if (!text.stripLeading().startsWith("[")) {
      return false;
    }
    try {
      array(text);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static JsonArray array(String text) {
    try {
      JsonArray array = JsonParser.parseString(text).getAsJsonArray();
      for (JsonElement each : array) {
        if (!each.isJsonObject()
            || !each.getAsJsonObject().has(NAME)
            || !each.getAsJsonObject().has(PROBABILITY)) {
          throw notClasses(null);
        }
      }
      return array;
    } catch (JsonParseException | IllegalStateException e) {
      throw notClasses(e);
    }
  }

  private static IllegalArgumentException notClasses(
      @org.jspecify.annotations.Nullable Throwable cause) {
    return new IllegalArgumentException(
        "is not the JSON of classes: expected [{\"className\": …, \"probability\": …}, …]", cause);
  }
}
