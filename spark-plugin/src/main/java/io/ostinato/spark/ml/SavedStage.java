package io.ostinato.spark.ml;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.util.List;
import org.apache.hadoop.fs.Path;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Loads stages of Spark ML from the folders in which they were saved. */
public final class SavedStage {
  private static final String METADATA = "metadata";

  private SavedStage() {}

  /**
   * Loads a fitted stage, such as a {@code PipelineModel}, on any file system of Hadoop.
   *
   * @throws IllegalArgumentException if the folder doesn't have a saved stage, it is not fitted, or
   *     its class is missing; the message says which
   */
  public static Transformer load(SparkSession session, String folder) {
    String name = className(session, folder);
    Object stage = load(ClassNames.find(name, folder), folder);
    if (stage instanceof Transformer transformer) {
      return transformer;
    }
    throw new IllegalArgumentException(
        "'%s' has a %s, which transforms no rows; save the model that its fit returns"
            .formatted(folder, name));
  }

  private static String className(SparkSession session, String folder) {
    Path metadata = new Path(folder, METADATA);
    try {
      if (!metadata.getFileSystem(session.sparkContext().hadoopConfiguration()).exists(metadata)) {
        throw new IllegalArgumentException(
            "'%s' has no saved stage of Spark ML: there is no '%s'".formatted(folder, metadata));
      }
      List<Row> lines = session.read().text(metadata.toString()).takeAsList(1);
      if (lines.isEmpty()) {
        throw new IllegalStateException("its metadata is empty");
      }
      JsonObject json = JsonParser.parseString(lines.get(0).getString(0)).getAsJsonObject();
      if (!json.has("class")) {
        throw new IllegalStateException("its metadata names no class");
      }
      return json.get("class").getAsString();
    } catch (IOException | JsonParseException | IllegalStateException e) {
      throw new IllegalArgumentException(
          "'%s' can't be read as a saved stage of Spark ML: %s".formatted(folder, e.getMessage()),
          e);
    }
  }

  private static Object load(Class<?> type, String folder) {
    try {
      MLReader<?> reader = (MLReader<?>) type.getMethod("read").invoke(null);
      return reader.load(folder);
    } catch (InvocationTargetException e) {
      throw new IllegalArgumentException(
          "'%s' can't be loaded as %s: %s".formatted(folder, type.getName(), e.getCause()), e);
    } catch (ReflectiveOperationException | ClassCastException e) {
      throw new IllegalArgumentException(
          "'%s' can't be loaded, because %s has no static method read() that returns an MLReader"
              .formatted(folder, type.getName()),
          e);
    }
  }
}
