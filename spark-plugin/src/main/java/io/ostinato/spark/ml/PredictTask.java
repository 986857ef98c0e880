package io.ostinato.spark.ml;

import io.ostinato.evaluation.SerializedBytes;
import io.ostinato.spark.plugin.NativeEngine;
import io.ostinato.spark.plugin.OstinatoSettings;
import io.ostinato.spark.resident.ModelId;
import io.ostinato.spark.resident.TaskErrorException;
import io.ostinato.translation.TranslatorSource;
import io.ostinato.weights.WeightSource;
import java.io.Serializable;
import java.util.Iterator;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;

/**
 * Appends the output of the model to each row of a partition, on an executor.
 *
 * @param content a serialized {@link Content}; as bytes, so that a class that the executor lacks is
 *     named
 * @param weights fetched if the model is not resident
 */
record PredictTask(byte[] content, WeightSource weights)
    implements MapPartitionsFunction<Row, Row> {

  /**
   * Everything that a task needs, except the weights.
   *
   * @param stage the uid of the stage, for messages
   * @param translator makes the translator of a task
   * @param input how a row becomes an input
   * @param output how an output becomes a value
   * @param batchSize maximum number of rows in a batch
   */
  record Content(
      String stage,
      ModelId model,
      TranslatorSource<?, ?> translator,
      PredictorInput input,
      OutputForm output,
      int batchSize,
      OstinatoSettings settings)
      implements Serializable {}

  static PredictTask of(Content content, WeightSource weights) {
    return new PredictTask(SerializedBytes.of(content), weights);
  }

  @Override
  public Iterator<Row> call(Iterator<Row> rows) {
    try {
      Content task = SerializedBytes.read(content, Content.class);
      NativeEngine.load(task.settings());
      return new PredictedRows<>(task, task.translator(), weights, rows);
    } catch (RuntimeException | Error e) {
      throw TaskErrorException.toThrow(e);
    }
  }
}
